"""New text, history and signature."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import quotes
from mailreeve.mail.html import to_text
from mailreeve.mail.mime import from_bytes
from mailreeve.mail.quotes import Parts


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 5 Jan 2026 at 10:00, Ann B <ann@x.example> wrote:",
        "On Mon, 5 Jan 2026 at 10:00, Ann Bertram of the Very Long Names Society\n<ann@x.example> wrote:",
        "On 1/5/26 10:00 AM, Ann wrote:",
        "Am 05.01.26 um 10:00 schrieb Ann:",
        "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Ann <ann@x.example>:",
        "Le lun. 5 janv. 2026 à 10:00, Ann <ann@x.example> a écrit :",
        "El lun, 5 ene 2026 a las 10:00, Ann (<ann@x.example>) escribió:",
        "Em seg., 5 de jan. de 2026 às 10:00, Ann <ann@x.example> escreveu:",
        "Il giorno lun 5 gen 2026 alle ore 10:00 Ann <ann@x.example> ha scritto:",
        "Op ma 5 jan 2026 om 10:00 schreef Ann <ann@x.example>:",
        "Den mån 5 jan. 2026 kl 10:00 skrev Ann <ann@x.example>:",
        "W dniu 5.01.2026 o 10:00, Ann pisze/napisał(a):",
        "пн, 5 янв. 2026 г. в 10:00, Ann <ann@x.example> написал(а):",
        "2026年1月5日(月) 10:00 Ann <ann@x.example> 書きました:",
        "2026年1月5日 10:00，Ann <ann@x.example> 写道：",
        '05.01.2026 10:00 "ann" <ann@x.example> написал:',
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_attributions_start_history(attribution: str, marked: bool) -> None:
    """In many languages, on one line or two, with and without marks behind them."""
    old = "> old text\n> more" if marked else "old text\nmore"
    parts = quotes.split(f"New text.\n\n{attribution}\n\n{old}")
    assert ("New text.", True) == (parts.new, parts.quoted.startswith(attribution[:6]))
    assert parts.quoted.endswith("more")


@pytest.mark.parametrize(
    "block",
    [
        "From: Ann\nSent: Monday, 5 January 2026 10:00\nTo: Bob\nSubject: x\n\nold",
        "*From:* Ann <a@x.example>\n*Date:* Monday\n*To:* Bob\n\nold",
        "________________________________\nVon: Ann\nGesendet: Montag\nAn: Bob\nBetreff: x\n\nold",
        "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob\n\nold",
        "-----Ursprüngliche Nachricht-----\nVon: Ann\n\nold",
        "De : Ann\nEnvoyé : lundi\nÀ : Bob\nObjet : x\n\nold",
        "От: Ann\nОтправлено: 5 января\nКому: Bob\n\nold",
        "发件人: Ann\n发送时间: 2026年1月5日\n收件人: Bob\n主题: x\n\nold",
        "> old\n> more",
    ],
)
def test_header_blocks_start_history(block: str) -> None:
    """Outlook's way to quote, and bare marks."""
    parts = quotes.split(f"New text.\n\n{block}")
    assert ("New text.", block) == (parts.new, parts.quoted)


@pytest.mark.parametrize(
    "text",
    [
        "On your remote host you can run:\n\n    telnet 127.0.0.1\n\nThat is all.",
        "As Shakespeare wrote:\nTo be or not to be",
        "From: here\nto there it is far.\nAll the way.",
        "We agreed:\n- one\n- two",
        "Subject: nothing else\nText.",
        "Dear Ann,\n\nthe totals: 3 > 2\n\nBob",
    ],
)
def test_ordinary_text_is_all_new(text: str) -> None:
    """Words that only look like an attribution or a header."""
    assert Parts(text) == quotes.split(text)


def test_answers_between_the_lines_keep_everything() -> None:
    """Without the questions they say nothing."""
    text = "On Mon, 5 Jan 2026, Ann wrote:\n> First?\nYes.\n\n> Second?\nNo.\n\n-- \nBob"
    parts = quotes.split(text)
    assert (text.removesuffix("\n\n-- \nBob"), "", "Bob") == (parts.new, parts.quoted, parts.signature)


def test_an_answer_below_the_quote_is_new() -> None:
    """Bottom posting."""
    parts = quotes.split("On 5 Jan 2026, Ann wrote:\n> How are you?\n> Well?\n\nFine.\n\n-- \nBob")
    assert Parts("Fine.", "On 5 Jan 2026, Ann wrote:\n> How are you?\n> Well?", "Bob") == parts


def test_lines_that_a_program_wrapped_are_no_answers() -> None:
    """The end of a long quoted line lost its mark."""
    text = "New.\n\nOn 5 Jan 2026, Ann wrote:\n> a long line that a program broke at the\nend\n> and went on"
    assert "New." == quotes.split(text).new


@pytest.mark.parametrize(
    "forward",
    [
        "---------- Forwarded message ---------\nFrom: Ann\nDate: Monday\nSubject: x\nTo: Bob\n\nThe plan.",
        "Begin forwarded message:\n\nFrom: Ann\nDate: Monday\nSubject: x\n\nThe plan.",
        "-------- Weitergeleitete Nachricht --------\nVon: Ann\nDatum: Montag\nBetreff: x\n\nThe plan.",
    ],
)
def test_forwards_are_kept_whole(forward: str) -> None:
    """What is forwarded is the point of the mail."""
    assert Parts(f"FYI\n\n{forward}") == quotes.split(f"FYI\n\n{forward}")
    assert forward == quotes.split(forward).new


def test_a_mail_of_quotes_alone_is_kept() -> None:
    """When nobody is said to have written them."""
    assert Parts("> all\n> of it") == quotes.split("> all\n> of it")


def test_an_answer_without_a_word_has_no_new_text() -> None:
    """Only history under an attribution."""
    parts = quotes.split("On 5 Jan 2026, Ann wrote:\n> old")
    assert ("", "On 5 Jan 2026, Ann wrote:\n> old") == (parts.new, parts.quoted)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("Text.\n\n-- \nBob\nACME", "Bob\nACME"),
        ("Text.\n\n--\nBob", "Bob"),
        ("Text.\n\n—\nReply to this email directly", "Reply to this email directly"),
        ("Text.\n\nSent from my iPhone", "Sent from my iPhone"),
        ("Text.\n\nVon meinem iPhone gesendet", "Von meinem iPhone gesendet"),
        ("Text.\n\nGet Outlook for iOS", "Get Outlook for iOS"),
        (
            "Text.\n\n_______________________________\nlist mailing list\nhttps://x.example",
            "_______________________________\nlist mailing list\nhttps://x.example",
        ),
    ],
)
def test_signatures_are_told_apart(text: str, signature: str) -> None:
    """By the delimiter, by what phones add, by the footers of lists."""
    assert Parts("Text.", "", signature) == quotes.split(text)


@pytest.mark.parametrize(
    "text",
    [
        "A dash -- in a line.",
        "Text.\n\n-- \n" + "a line\n" * 40 + "the end",
        "I sent from my heart\na letter.",
    ],
)
def test_what_only_looks_like_a_signature_stays(text: str) -> None:
    """Dashes in a line, a long text behind a delimiter, words."""
    assert "" == quotes.split(text).signature


def test_signature_and_footer_behind_history_are_kept() -> None:
    """The sender's own, above the quote, and the list's, below it."""
    parts = quotes.split(
        "New.\n\n-- \nBob\n\nOn 5 Jan 2026, Ann wrote:\n> old\n\n__________\nThe mailing list"
    )
    assert ("New.", "Bob\n__________\nThe mailing list") == (parts.new, parts.signature)


def test_markup_says_where_history_starts() -> None:
    """An attribution in a language that we do not know."""
    seen = to_text(
        "Ndi.<div class=gmail_quote><div class=gmail_attr>Pa 5 Jan, Ann anati;</div><blockquote class=gmail_quote>old</blockquote></div>"
    )
    parts = quotes.split(seen.text, seen.quote_at)
    assert ("Ndi.", "Pa 5 Jan, Ann anati;\n> old") == (parts.new, parts.quoted)


@given(
    st.lists(
        st.sampled_from(
            [
                "> a",
                "text",
                "",
                "On 5 Jan 2026, A wrote:",
                "-- ",
                "From: A",
                "Sent: x",
                "To: b",
                "____________",
            ]
        )
    )
)
def test_nothing_is_thrown_away(lines: list[str]) -> None:
    """Every line of text stands in one of the three parts."""
    parts = quotes.split("\n".join(lines))
    kept = [line for part in (parts.new, parts.quoted, parts.signature) for line in part.split("\n")]
    counted = {line: lines.count(line) for line in lines if line.strip() and line != "-- "}
    assert counted == {line: kept.count(line) for line in counted}


EXPECTED = {
    "talon/data/standard_replies/android.eml": "Hello",
    "talon/data/standard_replies/gmail.eml": "Hello",
    "talon/data/standard_replies/iphone_reply_text": "Hello",
    "talon/data/standard_replies/outlook.eml": "Allo! Follow up MIME!",
    "talon/data/standard_replies/sparrow_reply_text": "Hello",
    "talon/data/standard_replies/thunderbird.eml": "Hello",
    "talon/data/html_replies/ms_outlook_2003.html": "Hi. I am fine.\n\nThanks,\n\nAlex",
    "talon/data/html_replies/ms_outlook_2007.html": "Hi. I am fine.\n\nThanks,\n\nAlex",
    "talon/data/html_replies/ms_outlook_2010.html": "Hi. I am fine.\n\nThanks,\n\nAlex",
    "talon/data/html_replies/windows_mail.html": "Hi. I am fine.\n\nThanks,\nAlex",
    "zapier/data/correct_sig.txt": "this is an email with a correct -- signature.",
    "zapier/data/email_2_2.txt": "Outlook with a reply directly above line",
    "zapier/data/email_2_3.txt": "Outlook with a reply above headers using unusual format",
    "zapier/data/email_gmail.txt": "This is a test for inbox replying to a github message.",
    "zapier/data/email_headers_no_delimiter.txt": "And another reply!",
    "zapier/data/email_iPhone.txt": "Here is another email",
    "zapier/data/email_multi_word_sent_from_my_mobile_device.txt": "Here is another email",
    "zapier/data/email_sig_delimiter_in_middle_of_line.txt": (
        "Hi there!\n\nStuff happened.\n\nAnd here is a fix -- this is not a signature.\n\nkthxbai"
    ),
}


def new_text(file: Path) -> str:
    raw = file.read_bytes()
    if file.suffix == ".eml":
        return from_bytes(raw).text
    if file.suffix == ".html":
        seen = to_text(raw.decode("utf-8", "replace"))
        return quotes.split(seen.text, seen.quote_at).new
    return quotes.split(raw.decode("utf-8")).new


def test_other_parsers_replies_are_read_the_same(data: Path) -> None:
    """The new text of talon's and Zapier's test mails, as a person reads them."""
    assert EXPECTED == {name: new_text(data / "reply" / name) for name in EXPECTED}


def test_questions_and_history_in_other_parsers_replies(data: Path) -> None:
    """Long ones, by their first and last words."""
    zapier = data / "reply" / "zapier" / "data"
    bullets = new_text(zapier / "email_bullets.txt")
    assert bullets.startswith("test 2 this")
    assert bullets.endswith("- and another")
    assert new_text(zapier / "greedy_on.txt").startswith("On your remote host you can run:")
    assert new_text(zapier / "greedy_on.txt").endswith("the tunnel is not working.")
    assert new_text(zapier / "email_one_is_not_on.txt").endswith("when I run...")
    assert new_text(zapier / "pathological.txt").endswith("back to a computer.")
    between = new_text(zapier / "email_1_2.txt")
    assert "You can list the keys for the bucket" in between
