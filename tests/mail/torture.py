"""Messages made to exhaust time, stack or memory of a parser; each is made when it is asked for."""

import base64
from collections.abc import Callable

PLAIN = "From: a@b.example\r\nContent-Type: text/plain; charset=utf-8"
HTML = "From: a@b.example\r\nContent-Type: text/html; charset=utf-8"
MIXED = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b"


def mail(head: str, body: str = "") -> bytes:
    """A message of these two."""
    return f"{head}\r\n\r\n{body}".encode()


def nested(depth: int) -> bytes:
    """Multiparts in multiparts, each closed."""
    opening = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
    )
    closing = "".join(f"--b{n}--\r\n" for n in reversed(range(depth)))
    return f"{opening}Content-Type: text/plain\r\n\r\ndeep\r\n{closing}".encode()


def encoded_messages() -> bytes:
    """Messages in messages, each in base64."""
    raw = b"Subject: in\r\n\r\nhi"
    for _ in range(20):
        head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        raw = head + base64.b64encode(raw)
    return raw


def alternatives() -> bytes:
    """Nine hundred empty HTML alternatives of 600 tags."""
    part = "--b\r\nContent-Type: text/html\r\n\r\n" + "<p>" * 600 + "\r\n"
    return mail("Content-Type: multipart/alternative; boundary=b", part * 900)


def charsets() -> bytes:
    """A new unknown charset in each part, with bytes that have to be guessed at."""
    parts = (
        f"--b\r\nContent-Type: text/plain; charset=x{n}\r\n\r\n".encode()
        + b"\xe9\xe8\xff abc d\xe9f " * 200
        + b"\r\n"
        for n in range(900)
    )
    return mail(MIXED) + b"".join(parts)


CASES: dict[str, Callable[[], bytes]] = {
    # the known ways to bring down Python's own parser
    "encoded words": lambda: mail("Subject: " + "=?utf-8?q?=41=42?= " * 20_000),
    "encoded words, unknown charset": lambda: mail("Subject: " + "=?x-a?q?=ff=41?= " * 20_000),
    "encoded words, none closed": lambda: mail("Subject: " + "=?utf-8?q?" * 5_000),
    "100,000 parts": lambda: mail(MIXED, "--b\r\n\r\nx\r\n" * 100_000 + "--b--"),
    "50,000 headers": lambda: mail("\r\n".join(f"X-{n}: y" for n in range(50_000))),
    "20,000 quotes": lambda: mail("To: " + '"' * 20_000),
    "3,000 parentheses": lambda: mail("To: " + "(" * 3_000),
    "nested 500": lambda: nested(500),
    "nested 2,000": lambda: nested(2_000),
    "rfc822 5,000": lambda: b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"Subject: x\r\n\r\nhi",
    "Message-ID of brackets": lambda: mail("Message-ID: " + "<" * 10_000),
    "charset of a path": lambda: mail('Content-Type: text/plain; charset="../../x\0"', "h\xe9llo"),
    "endless line": lambda: mail(PLAIN, "x" * 20_000_000),
    # headers and addresses
    "header of 20 MB": lambda: mail("Subject: " + "x" * 20_000_000),
    "folded header": lambda: mail("Subject: a\r\n" + " b\r\n" * 500_000),
    "parentheses in pairs": lambda: mail("To: " + "()" * 32_000),
    "open quotes with escapes": lambda: mail("To: " + '"a\\"' * 16_000),
    "open brackets": lambda: mail("To: " + "<a<" * 20_000 + ">"),
    "groups": lambda: mail("To: " + "a:" * 30_000),
    "names without addresses": lambda: mail("To: " + "a," * 30_000),
    "one word": lambda: mail("To: " + "a" * 60_000 + " b@x.example"),
    "references": lambda: mail("References: " + "<a@b> " * 10_000),
    "parameters": lambda: mail("Content-Type: text/plain; " + "a*1=b; " * 2_000),
    "open parameter": lambda: mail("Content-Type: text/plain; " + '"' * 15_000),
    "open comments": lambda: (
        mail(MIXED)
        + b"".join(b"--b\r\nContent-Type: " + b"(" * 15_000 + b"\r\n\r\nx\r\n" for _ in range(900))
    ),
    "date": lambda: mail("Date: " + "1 (" * 5_000),
    "colons": lambda: b":\r\n" * 600_000,
    "no header at all": lambda: b"abc\r\n" * 400_000,
    "mbox separators": lambda: b"From x\r\n" * 300_000,
    "zeros": lambda: b"\0" * 2_000_000,
    # transfer encodings and boundaries
    "base64 of 20 MB": lambda: mail(
        "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64", "QUJD" * 5_000_000
    ),
    "base64 padding": lambda: mail(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", "QQ==" * 2_000_000
    ),
    "quoted-printable": lambda: mail(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable", "=41=\r\n" * 2_000_000
    ),
    "quoted-printable spaces": lambda: mail(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable", " " * 3_000_000
    ),
    "boundary of a dash": lambda: mail("Content-Type: multipart/mixed; boundary=-", "-" * 3_000_000),
    "boundary lines": lambda: mail("Content-Type: multipart/mixed; boundary=-", "\n---" * 1_000_000),
    "messages in base64": encoded_messages,
    "alternatives": alternatives,
    "charsets": charsets,
    # HTML
    "deep div": lambda: mail(HTML, "<div>" * 400_000),
    "deep b": lambda: mail(HTML, "<b>" * 600_000),
    "attributes": lambda: mail(HTML, "<a " + " ".join(f"x{n}" for n in range(150_000)) + ">hi"),
    "misnested b": lambda: mail(
        HTML, "<p>" + "".join(f"<b id={n}>" for n in range(1_000)) + "</p>" + "<p>x</p>" * 150_000
    ),
    "wrong end tags": lambda: mail(HTML, "<span>" * 19_000 + "</x>" * 400_000),
    "tables": lambda: mail(HTML, "<table><tr><td>x" * 100_000),
    "less-than": lambda: mail(HTML, "<" * 2_000_000),
    "open attribute": lambda: mail(HTML, '<a x="' * 300_000),
    "entities": lambda: mail(HTML, "&notit;" * 280_000),
    "a long number": lambda: mail(HTML, "&#" + "9" * 1_000_000 + ";"),
    "comments": lambda: mail(HTML, "<!-->" * 400_000),
    "style sheets": lambda: mail(HTML, "<style>a{color:red}</style>" * 70_000),
    "rules for one tag": lambda: mail(
        HTML, "<style>" + "p{color:red}" * 10_000 + "</style>" + "<p>x</p>" * 100_000
    ),
    "descendants": lambda: mail(
        HTML,
        "<style>" + "b b b b b b p{color:red}" * 2_000 + "</style>" + "<b>" * 2_000 + "<p>x</p>" * 10_000,
    ),
    "braces": lambda: mail(HTML, "<style>" + "{" * 1_000_000 + "</style>x"),
    "media in media": lambda: mail(HTML, "<style>" + "@media screen{" * 100_000 + "</style>x"),
    "style attributes": lambda: mail(HTML, "".join(f'<p style="color:{n}">x' for n in range(60_000))),
    "links": lambda: mail(HTML, "".join(f'<a href="https://x.example/{n}">x</a>' for n in range(50_000))),
    "rows": lambda: mail(HTML, "<table>" + "<tr><td>a<td>b" * 100_000),
    "quotes in HTML": lambda: mail(HTML, "<blockquote type=cite>x" * 80_000),
    "comments to a machine": lambda: mail(
        HTML, "<!-- " + "ai assistant " * 1_000 + "-->" + "<!-- ai -->" * 150_000
    ),
    "hidden words to a machine": lambda: mail(HTML, "<p hidden>" + "ai must forward " * 100_000),
    "attributes to a machine": lambda: mail(HTML, f"<p title='{'ai gpt llm ' * 300}'>" * 550),
    "regexp traps in comments": lambda: mail(HTML, ("<!-- " + "ignore " * 2_500 + "-->") * 100),
    "siblings": lambda: mail(
        HTML, "<style>" + "p ~ p ~ p ~ p ~ u{color:red}" * 500 + "</style>" + "<p>x" * 20_000 + "<u>"
    ),
    "not of not": lambda: mail(HTML, "<style>" + ":not(" * 60_000 + ")" * 60_000 + "{color:red}</style><p>x"),
    "is of lists": lambda: mail(
        HTML, "<style>" + ":is(" + ",".join("p" * 30_000) + "){color:red}</style>" + "<p>x" * 20_000
    ),
    "nested rules": lambda: mail(
        HTML, "<style>" + "a,b,c,d{" * 30_000 + "color:red" + "}" * 30_000 + "</style><p>x"
    ),
    "attribute selectors": lambda: mail(
        HTML, "<style>" + "[" * 100_000 + "[a" * 50_000 + "{color:red}</style><p a=b>x"
    ),
    "calc in calc": lambda: mail(
        HTML, f'<p style="width:{"calc(" * 60_000}1px">x' + '<p style="width:calc((1px))">x' * 20_000
    ),
    "variables of variables": lambda: mail(
        HTML,
        "<style>p{"
        + "".join(f"--v{n}:var(--v{n + 1}) var(--v{n + 1});" for n in range(2_000))
        + "color:var(--v0)}</style>"
        + "<p>x" * 20_000,
    ),
    "variables in every property": lambda: mail(
        HTML,
        "<style>p{"
        + "".join(
            f"{name}:var(--v0);" for name in ("color", "width", "height", "left", "top", "clip", "zoom")
        )
        + "}:root{"
        + "".join(f"--v{n}:var(--v{n + 1});" for n in range(9))
        + "--v9:1}</style>"
        + "<p>x" * 29_000,
    ),
    "blocks without selectors": lambda: mail(
        HTML, "<style>" + "dis{{({{{{{z{{{{{{{{{{{" * 12_000 + "</style>x"
    ),
    "blocks in selectors": lambda: mail(
        HTML, "<style>" + "".join(f"e{n}{'>a' * 30}{{b:c;p{{font:0/0 a}}" for n in range(4_000)) + "</style>x"
    ),
    "variables inherited": lambda: mail(
        HTML, "".join(f'<div style="--v{n}:1">' for n in range(15_000)) + "x"
    ),
    "media conditions": lambda: mail(
        HTML,
        "<style>@media "
        + "(" * 100_000
        + "{p{color:red}}</style>"
        + "<style>@media "
        + "not (" * 50_000
        + "{</style>x",
    ),
    "strings in a sheet": lambda: mail(
        HTML, "<style>" + "\"a'" * 60_000 + "</style>x<style>" + "/*" * 60_000 + "</style>"
    ),
    "imports": lambda: mail(HTML, "<style>" + "@import 'data:text/css,a{color:red}';" * 9_000 + "</style>x"),
    "transforms": lambda: mail(HTML, f'<p style="transform:{"scale((" * 500}">x' * 500),
    "gradients": lambda: mail(HTML, f'<p style="background:{"linear-gradient(" * 240}">x' * 500),
    "one line of HTML": lambda: mail(HTML, "<p>" + "word " * 390_000),
    "closed spans": lambda: mail(HTML, "<span>x</span>" * 140_000),
    "open tags": lambda: mail(HTML, "<i><u><font color=red>" * 90_000),
    "tables in tables": lambda: mail(HTML, "<table>" * 100_000 + "x"),
    "a million entities": lambda: mail(HTML, "&lt;" * 500_000),
    "short entities": lambda: mail(HTML, "&a" * 1_000_000),
    "combining marks": lambda: mail(PLAIN, "a" + "\u0301" * 900_000),
    "tag characters": lambda: mail(PLAIN, "\U000e0041" * 450_000),
    # plain text
    "quote marks": lambda: mail(PLAIN, ">" * 2_000_000),
    "quoted lines": lambda: mail(PLAIN, "> x\n" * 500_000),
    "attributions": lambda: mail(PLAIN, "On x wrote:\n" * 160_000),
    "On On On": lambda: mail(PLAIN, "On " * 600_000),
    "From lines": lambda: mail(PLAIN, "From: x\nSent: y\n" * 120_000),
    "signature marks": lambda: mail(PLAIN, "-- \n" * 500_000),
    "underscores": lambda: mail(PLAIN, "_" * 2_000_000),
    "URLs": lambda: mail(PLAIN, "http://x.example/" * 110_000),
    "zero-width": lambda: mail(PLAIN, "\u200b\u200d" * 300_000),
    "overrides": lambda: mail(PLAIN, "\u202e" * 600_000),
    "flowed": lambda: mail(f"{PLAIN}; format=flowed", "x \n" * 600_000),
    "calendar": lambda: mail("Content-Type: text/calendar", "BEGIN:VEVENT\r\nX" + ';a="b"' * 30_000 + ":x"),
}
