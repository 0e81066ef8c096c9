"""Visible text: what Chromium shows of mail templates and we lose, and what it hides and we show.

The templates are those in `html/` of MAILREEVE_TEST_DATA (or ../shared/data) and the HTML mails of the demo. MJML is
compiled where the package mrml is installed. Fails when over 1 % of the visible text of a set is lost. The
last column counts mails in which hidden text raises an alarm.
"""

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.mail import chromium  # noqa: E402 # its place is told first

from mailreeve.mail import mime, parts  # noqa: E402
from mailreeve.mail.html import to_text  # noqa: E402

DATA = Path(os.environ.get("MAILREEVE_TEST_DATA", ROOT.parent / "shared" / "data")) / "html"
LIMIT = 1.0


def mjml() -> list[tuple[str, str]]:
    """The MJML templates as HTML."""
    try:
        import mrml
    except ImportError:
        return []
    files = sorted((DATA / "mjml-templates" / "data").glob("*.mjml"))
    return [(file.name, str(mrml.to_html(file.read_text(encoding="utf-8")).content)) for file in files]


def files(folder: str) -> list[tuple[str, str]]:
    """The HTML files of a set."""
    root = DATA / folder / "data"
    return [
        (str(file.relative_to(root)), file.read_text(encoding="utf-8"))
        for file in sorted(root.rglob("*.html"))
    ]


def demo() -> list[tuple[str, str]]:
    """The HTML mails of the demo mailbox."""
    from mailreeve.sandbox import demo as box

    mails = enumerate(box.messages(datetime(2026, 1, 5, 12, tzinfo=UTC)))
    return [
        (f"demo {number} {mime.from_bytes(mail.raw).subject}", part.decoded().decode())
        for number, mail in mails
        for part in parts.split(mail.raw)[0].walk()
        if part.type == "text/html"
    ]


def main() -> int:
    """Measure, print, and fail beyond the limit."""
    if chromium.program() is None:
        print("there is no chromium on this machine: not measured")
        return 0
    sets = {
        "postmark": files("postmark-templates"),
        "mjml": mjml(),
        "caniemail": files("caniemail"),
        "demo": demo(),
    }
    print(f"{'':12}{'mails':>6}{'visible':>9}{'lost':>7}{'%':>7}{'shown though hidden':>21}{'alarms':>8}")
    worst, notes = 0.0, []
    with chromium.opened() as tab:
        for name, mails in sets.items():
            visible = lost = leaked = alarms = 0
            for title, html in mails:
                seen = to_text(html)
                one = chromium.compared(chromium.nodes(tab, html), seen.text)
                visible, lost = visible + one.visible, lost + one.lost_chars
                leaked, alarms = leaked + sum(map(len, one.leaked)), alarms + seen.hidden.alarm
                notes += [f"  {name} {title}: lost {text[:60]!r}" for text in one.lost]
                notes += [f"  {name} {title}: shown {text[:60]!r}" for text in one.leaked]
            share = 100 * lost / visible if visible else 0.0
            worst = max(worst, share)
            print(f"{name:12}{len(mails):>6}{visible:>9,}{lost:>7,}{share:>7.2f}{leaked:>21,}{alarms:>8}")
    print("\n".join(notes))
    print(re.sub(r"^.*/", "", sys.executable), Path(__file__).relative_to(ROOT))
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
