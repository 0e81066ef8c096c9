"""Authentication-Results."""

import pytest

from mailreeve.mail.authentication import Results, parse, related

GMAIL = (
    "mx.google.com; dkim=pass header.i=@mail.x.example header.s=s1 header.b=abc;"
    " spf=pass (google.com: domain of b@bounce.x.example designates 1.2.3.4 (the; sender) as permitted sender)"
    " smtp.mailfrom=b@bounce.x.example; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=x.example"
)


def test_gmails_results_are_read() -> None:
    """Comments may hold semicolons and parentheses."""
    assert Results("pass", "pass", "pass", aligned=True) == parse(GMAIL, "x.example")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("mx.google.com; dkim=fail; spf=softfail smtp.mailfrom=a@y.example; dmarc=fail header.from=x.example",
         Results("softfail", "fail", "fail", aligned=False)),
        ("mx.google.com; dkim=pass header.i=@y.example; spf=none", Results("none", "pass", "", aligned=False)),
        ("mx.google.com; dkim=fail header.d=a.example; dkim=pass header.d=x.example", Results("", "pass", "", aligned=True)),
        ("mx.google.com; spf=pass smtp.mailfrom=x.example", Results("pass", "", "", aligned=True)),
        ("mx.google.com; none", Results()),
        ("evil.example; dkim=pass header.i=@x.example; spf=pass; dmarc=pass", Results()),
        ("mx.google.com.evil.example; dmarc=pass header.from=x.example", Results()),
        ("dmarc=pass; mx.google.com", Results()),
        ("", Results()),
    ],
)  # fmt: skip
def test_only_the_receiving_server_counts(header: str, expected: Results) -> None:
    """What another server wrote is hearsay; what passed must vouch for the domain in From."""
    assert expected == parse(header, "x.example")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x.example", "X.Example.", True),
        ("mail.x.example", "x.example", True),
        ("x.example", "evilx.example", False),
        ("example", "x.example", False),
        ("", "", False),
    ],
)
def test_domains_are_related_upwards(one: str, other: str, same: bool) -> None:
    """The same, or one below the other."""
    assert same == related(one, other) == related(other, one)
