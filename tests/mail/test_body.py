"""Which parts are text and which are attachments."""

import base64

import pytest

from mailreeve.mail import mime


def mail(kind: str, *parts: str, head: str = "") -> bytes:
    inner = "".join(f"--b\n{part}\n" for part in parts)
    return f"{head}Content-Type: {kind}; boundary=b\n\n{inner}--b--\n".encode()


PLAIN = "Content-Type: text/plain\n\nplain text"
HTML = "Content-Type: text/html\n\n<p>html text</p>"
PDF = "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n\nx"


def test_of_alternatives_the_last_is_shown() -> None:
    """As mail programs do; the other is no attachment."""
    message = mime.from_bytes(mail("multipart/alternative", PLAIN, HTML))
    assert ("html text", True, ()) == (message.text, message.html, message.attachments)


def test_an_alternative_without_text_is_passed_over() -> None:
    """HTML that is one image says nothing."""
    message = mime.from_bytes(mail("multipart/alternative", PLAIN, "Content-Type: text/html\n\n<img src=x>"))
    assert ("plain text", False) == (message.text, message.html)


def test_unknown_alternatives_are_passed_over() -> None:
    """AMP and calendars are no text."""
    calendar = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:u\nSUMMARY:Tea\nDTSTART:20260105T100000Z\nEND:VEVENT"
    message = mime.from_bytes(
        mail("multipart/alternative", PLAIN, "Content-Type: text/x-amp-html\n\n<b>amp", calendar)
    )
    assert "plain text" == message.text
    assert message.invite is not None
    assert ("REQUEST", "Tea", "2026-01-05T10:00:00Z") == (
        message.invite.method,
        message.invite.summary,
        message.invite.start,
    )


def test_parts_of_mixed_are_read_one_after_the_other() -> None:
    """Mailing lists add a footer as a part of its own."""
    message = mime.from_bytes(mail("multipart/mixed", PLAIN, "Content-Type: text/plain\n\nsecond", PDF))
    assert "plain text\n\nsecond" == message.text
    assert [("a.pdf", "application/pdf", 1, False, "2")] == [
        (one.name, one.type, one.size, one.inline, one.part_id) for one in message.attachments
    ]


def test_related_shows_its_root() -> None:
    """The start parameter names it; images are inline attachments."""
    image = "Content-Type: image/png\nContent-ID: <i@x>\nContent-Disposition: inline; filename=i.png\n\nx"
    html = "Content-Type: text/html\nContent-ID: <r@x>\n\n<p>hi<img src='cid:i@x'>"
    message = mime.from_bytes(mail('multipart/related; start="<r@x>"', image, html))
    assert "hi" == message.text
    assert [("i.png", True, "i@x")] == [(one.name, one.inline, one.content_id) for one in message.attachments]


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nlog",
        "Content-Type: text/plain; name=log.txt\n\nlog",
        "Content-Type: text/csv\n\na,b",
        "Content-Type: text/x-vcard\n\nBEGIN:VCARD",
        "Content-Type: text/rfc822-headers\n\nSubject: x",
    ],
)
def test_text_that_is_carried_is_not_shown(part: str) -> None:
    """A text file, a table, a card, the headers of a bounced mail."""
    message = mime.from_bytes(mail("multipart/mixed", PLAIN, part))
    assert "plain text" == message.text
    assert 1 == len(message.attachments)


def test_a_mail_may_be_one_attachment() -> None:
    """Then it has no text and is listed itself."""
    raw = b"Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nhello"
    message = mime.from_bytes(raw)
    assert ("", ["a.txt"]) == (message.text, [one.name for one in message.attachments])
    assert b"hello" == mime.part_bytes(raw, message.attachments[0].part_id)


def test_an_attached_mail_is_named_after_its_subject() -> None:
    """Its own attachments belong to it."""
    inner = "Content-Type: message/rfc822\n\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\ninner text"
    message = mime.from_bytes(mail("multipart/mixed", PLAIN, inner))
    assert "plain text" == message.text
    assert [("Grüße.eml", "message/rfc822")] == [(one.name, one.type) for one in message.attachments]


def test_a_pure_forward_shows_what_it_carries() -> None:
    """Nothing else would be said."""
    raw = b"Subject: Fwd: x\nContent-Type: message/rfc822\n\nFrom: Ann <a@x>\nSubject: in\n\ninner text"
    message = mime.from_bytes(raw)
    assert "From: Ann <a@x>\nSubject: in\n\ninner text" in message.text
    assert ["in.eml"] == [one.name for one in message.attachments]


def test_a_bounce_says_why_and_carries_the_rest() -> None:
    """multipart/report: text, delivery status, the original."""
    message = mime.from_bytes(
        mail(
            "multipart/report; report-type=delivery-status",
            "Content-Type: text/plain\n\nUser unknown.",
            "Content-Type: message/delivery-status\n\nStatus: 5.1.1",
            "Content-Type: message/rfc822\n\nSubject: Hello\n\nhi",
        )
    )
    assert "User unknown." == message.text
    assert ["message/delivery-status", "message/rfc822"] == [one.type for one in message.attachments]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "S/MIME"),
        ("application/ms-tnef; name=winmail.dat", "TNEF"),
    ],
)
def test_sealed_content_is_listed_and_told(kind: str, said: str) -> None:
    """It is not opened, and that is said."""
    message = mime.from_bytes(f"Content-Type: {kind}\n\nx".encode())
    assert 1 == len(message.attachments)
    assert said in message.defects[0]


def test_encrypted_and_signed_mail_is_told_apart() -> None:
    """PGP/MIME: the text of a signed mail is shown, an encrypted one says that it is."""
    signature = "Content-Type: application/pgp-signature; name=signature.asc\n\nx"
    signed = mime.from_bytes(mail("multipart/signed", PLAIN, signature))
    assert ("plain text", ["signature.asc"]) == (signed.text, [one.name for one in signed.attachments])
    control = "Content-Type: application/pgp-encrypted\n\nVersion: 1"
    sealed = mime.from_bytes(
        mail("multipart/encrypted", control, "Content-Type: application/octet-stream\n\nx")
    )
    assert ("", True) == (sealed.text, "PGP" in sealed.defects[0])


def test_a_page_may_name_its_own_charset() -> None:
    """Where the headers name none."""
    html = b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'><p>" + "Привет".encode(
        "koi8-r"
    )
    message = mime.from_bytes(b"Content-Type: text/html\n\n" + html)
    assert ("Привет", ()) == (message.text, message.defects)


def test_flowed_text_is_joined() -> None:
    """format=flowed."""
    raw = b"Content-Type: text/plain; format=flowed\n\none \ntwo\n\nthree"
    assert "one two\n\nthree" == mime.from_bytes(raw).text


def test_long_text_is_cut_and_told() -> None:
    """At two million bytes, over all parts."""
    message = mime.from_bytes(
        mail("multipart/mixed", *["Content-Type: text/plain\n\n" + "word " * 300_000] * 3)
    )
    assert 1_900_000 < len(message.text) <= 2_000_100
    assert any("cut" in defect for defect in message.defects)


def test_a_forward_is_kept_whole() -> None:
    """The subject calls it one, so the block of headers is no history."""
    raw = (
        b"Subject: FW: plans\n\nFYI\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: plans\n\nThe plan is this."
    )
    message = mime.from_bytes(raw)
    assert "The plan is this." in message.text
    assert "" == message.quoted


def test_hidden_text_of_all_parts_is_counted() -> None:
    """In HTML and in plain text."""
    html = "Content-Type: text/html\n\n<p>a<span style='display:none'>secret</span></p>"
    zero = base64.b64encode("b\u200bc".encode()).decode()
    plain = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{zero}"
    hidden = mime.from_bytes(mail("multipart/mixed", html, plain)).hidden
    assert (7, {"display:none", "zero-width characters"}) == (hidden.chars, set(hidden.how))
