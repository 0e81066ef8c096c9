"""A mail that did not arrive is noticed; nobody can be made to believe it of others."""

import pytest
from tests.gate.bench import BOB, Bench

from mailreeve.gate import bounce
from mailreeve.models import Address, Proposal

CARL = Address("Carl", "carl@partner.example")


def report(
    about: str, *failed: str, why: str = "550 5.1.1 No such user", from_: str = "MAILER-DAEMON@mx.example"
) -> bytes:
    """A report as RFC 3464 wants it."""
    groups = "".join(
        f"\r\nFinal-Recipient: rfc822; {one}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; {why}\r\n"
        for one in failed
    )
    return (
        f"From: Mail Delivery System <{from_}>\r\nTo: ada@example.com\r\nSubject: Undelivered Mail\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n{groups}"
        "\r\nFinal-Recipient: rfc822; late@partner.example\r\nAction: delayed\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\nSubject: x\r\n--b--\r\n"
    ).encode()


def sent(bench: Bench) -> Proposal:
    outcome = bench.gate.execute(bench.approved(bench.draft(cc=(CARL,)).id).id)
    return outcome.proposal


def test_a_report_is_kept_with_the_proposal(bench: Bench) -> None:
    """Each address with its server's reason, told once; a second report for another one is added."""
    one = sent(bench)
    assert () == bench.gate.look_for_bounces()
    bench.sandbox.deliver(report(one.message_id, BOB.address))
    assert [f"{BOB.address}: 550 5.1.1 No such user"] == [
        found.bounce for found in bench.gate.look_for_bounces()
    ]
    assert () == bench.gate.look_for_bounces()
    bench.sandbox.deliver(report(one.message_id, CARL.address.upper(), why="552 full; try later"))
    (found,) = bench.gate.look_for_bounces()
    assert f"{BOB.address}: 550 5.1.1 No such user; {CARL.address}: 552 full, try later" == found.bounce
    assert 2 == bench.events().count("send.bounced")
    assert bench.audit.verify().ok


def test_a_plain_report_counts_by_its_references(bench: Bench) -> None:
    """Gmail and Exim name who failed in a header of an ordinary mail that answers ours."""
    one = sent(bench)
    head = f"From: mailer-daemon@googlemail.com\r\nX-Failed-Recipients: {BOB.address}\r\nIn-Reply-To: {one.message_id}\r\n"
    bench.sandbox.deliver(f"{head}Subject: Failure\r\n\r\nNot found.\r\n".encode())
    assert [f"{BOB.address}: no reason given"] == [found.bounce for found in bench.gate.look_for_bounces()]


@pytest.mark.parametrize(
    "kind", ["another message", "other people", "another sender", "nobody failed"], ids=lambda kind: kind
)
def test_what_is_no_report_about_it_changes_nothing(bench: Bench, kind: str) -> None:
    """Neither a report about another mail, nor one about strangers, nor a claim of just anybody."""
    one = sent(bench)
    bench.sandbox.deliver({
        "another message": report("<other@x.example>", BOB.address),
        "other people": report(one.message_id, "stranger@x.example"),
        "another sender": report(one.message_id, BOB.address, from_="eve@mailer-daemon.example"),
        "nobody failed": report(one.message_id),
    }[kind])  # fmt: skip
    assert () == bench.gate.look_for_bounces()
    assert "" == bench.gate.get(one.id).bounce


@pytest.mark.parametrize(
    "raw", [b"", b"From: mailer-daemon@x\r\n\r\n", report("", "\x00 <>;;", why="\r\n\x1b[31m")]
)
def test_a_broken_report_is_read_or_left(raw: bytes) -> None:
    """No exception, and no control characters in what is kept."""
    found = bounce.read(raw)
    assert found is None or all(why.isprintable() and who.isprintable() for who, why in found.failed)
