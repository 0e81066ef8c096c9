"""The table newsletter: a page of HTML around a long list of items, as mailing services make them."""

from datetime import datetime
from html import escape

from mailreeve.sandbox.demo.dates import fill
from mailreeve.sandbox.demo.letters import folder, read
from mailreeve.sandbox.demo.transport import token

MARK = "<!-- items -->\n"
CLICK = "https://click.contour-weekly.example/ls"
ROW = (
    '<tr><td class="item" style="padding:9px 24px;border-bottom:1px solid #e6e1d4;font-size:14px;">'
    '<a href="{url}" style="color:#1d4d5f;font-weight:bold;text-decoration:none;">{title}</a><br>'
    '<span class="b">{blurb}</span> <span class="m">{meta}</span></td></tr>\n'
)
SECTION = (
    '<tr><td class="head" bgcolor="#1d4d5f" style="padding:8px 24px;color:#ffffff;font-size:12px;'
    'letter-spacing:.08em;text-transform:uppercase;">{title}</td></tr>\n'
)


def expand(page: str, now: datetime) -> str:
    """Put the rows of files/contour-weekly.txt in the place of `<!-- items -->`, with a tracking link each."""
    if MARK not in page:
        return page
    items = fill(read(folder("files") / "contour-weekly.txt"), now)
    return page.replace(MARK, "".join(_rows(items)))


def _rows(source: str) -> list[str]:
    rows = []
    for number, line in enumerate(source.splitlines()):
        if line.startswith("# "):
            rows.append(SECTION.format(title=escape(line[2:])))
        elif line:
            title, blurb, meta = (escape(part, quote=False) for part in line.split(" | "))
            url = f"{CLICK}/{token('contour', str(number), length=28)}?utm_source=weekly&amp;utm_content={number}"
            rows.append(ROW.format(url=url, title=title, blurb=blurb, meta=meta))
    return rows
