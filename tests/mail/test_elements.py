"""Which tags close which."""

import pytest

from mailreeve.mail.elements import Elements
from mailreeve.mail.tags import VOID, Tag, tokens


def nesting(source: str) -> list[str]:
    """Each text with the elements around it."""
    open_: Elements[None] = Elements()
    out = []
    for token in tokens(source):
        if isinstance(token, Tag):
            if token.end:
                open_.end(token.name)
            elif token.name not in VOID:
                open_.before(token.name)
                open_.push(token.name, None)
        else:
            out.append("/".join([*(one.name for one in open_.stack if one.name), token.strip()]))
    return out


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a<p>b", ["p/a", "p/b"]),
        ("<p>a<div>b</div>c", ["p/a", "div/b", "c"]),
        ("<p><span>a<p>b", ["p/span/a", "p/b"]),
        ("<ul><li>a<li>b<ul><li>c</ul><li>d", ["ul/li/a", "ul/li/b", "ul/li/ul/li/c", "ul/li/d"]),
        ("<table><tr><td>a<td>b<tr><td>c</table>d", ["table/tr/td/a", "table/tr/td/b", "table/tr/td/c", "d"]),
        ("<table><tr><td><table><tr><td>a</table>b", ["table/tr/td/table/tr/td/a", "table/tr/td/b"]),
        ("<div><table><tr><td></div>a", ["div/table/tr/td/a"]),
        ("<td></td>a</td>b", ["a", "b"]),
        ("<dl><dt>a<dd>b<dt>c", ["dl/dt/a", "dl/dd/b", "dl/dt/c"]),
        ("<a>a<a>b", ["a/a", "a/b"]),
        ("<div><b></div>a", ["a"]),
        ("<b><p>a</b>b</p>c", ["b/p/a", "p/b", "c"]),
        ("<span><div>a</span>b</div>c", ["span/div/a", "span/div/b", "span/c"]),
        ("</p></div>a", ["a"]),
        ("<div>a</x>b", ["div/a", "div/b"]),
    ],
)
def test_end_tags_are_implied_as_in_browsers(source: str, expected: list[str]) -> None:
    """Paragraphs, lists, table cells, misnested formatting."""
    assert expected == nesting(source)
