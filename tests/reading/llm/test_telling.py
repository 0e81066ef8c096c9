"""What changed in a thread, told from its new messages: the newest wins, and each claim has a message of its own."""

from typing import Any

import pytest
from tests.reading.llm.test_threads import bodies, many
from tests.reading.mails import mail, thread
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, fitting

from mailreeve.cancel import Cancel
from mailreeve.errors import ReaderAnswerInvalid
from mailreeve.models import Claim, Message, Story, ThreadCoverage
from mailreeve.reading.llm.reader import LlmReader


def claims(*told: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"text": text, "message": number} for text, number in told]


MOVED = (
    mail("Let us meet on Wednesday. I still need the slides.", id="m0"),
    mail("Could we meet on Thursday?", id="m1"),
    mail("Sorry, Wednesday after all.", id="m2"),
)
NEW = {"m1", "m2"}


def test_what_changed_and_what_is_to_be_done_point_to_their_messages(
    llm_server: ScriptedLlm, reader: LlmReader
) -> None:
    """News in the order of their messages, so that the last word stands last; a task may rest on an older one."""
    news = claims(("Back to Wednesday.", 3), ("Ana wanted Thursday.", 2))
    llm_server.says({"news": news, "todo": claims(("Send the slides.", 1))})
    assert Story(
        "t1",
        (Claim("Ana wanted Thursday.", "m1"), Claim("Back to Wednesday.", "m2")),
        (Claim("Send the slides.", "m0"),),
        ThreadCoverage(messages=2, read=2),
    ) == reader.tell(thread(*MOVED), NEW, Cancel())
    (request,) = llm_server.requests
    assert "Those from number 2 on are new." in request.user
    places = [request.user.index(f"Message {number} of 3\n") for number in (1, 2, 3)]
    assert sorted(places) == places
    assert "the newest holds" in request.system


def test_news_that_rest_on_an_old_message_or_on_none_are_dropped(
    llm_server: ScriptedLlm, reader: LlmReader
) -> None:
    """They are counted; so is a task of a message that does not exist."""
    news = claims(
        ("The meeting is on Wednesday.", 1), ("Invented.", 9), ("No number.", 0), ("Wednesday again.", 3)
    )
    llm_server.says({"news": news, "todo": claims(("Dance.", 7))})
    found = reader.tell(thread(*MOVED), NEW, Cancel())
    assert ((Claim("Wednesday again.", "m2"),), ()) == (found.news, found.todo)
    assert ThreadCoverage(messages=2, read=2, unsupported=4) == found.coverage


def test_of_many_claims_the_newest_are_told(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """Three at most, and two tasks."""
    told = claims(*((f"Claim {number}.", number) for number in range(1, 8)))
    llm_server.says({"news": told, "todo": told})
    found = reader.tell(thread(*many(7)), {"m0"}, Cancel())
    assert ["m4", "m5", "m6"] == [one.message_id for one in found.news]
    assert ["m5", "m6"] == [one.message_id for one in found.todo]


@pytest.mark.parametrize(
    "answer",
    [
        {"news": claims(("The meeting is on Wednesday.", 1)), "todo": []},
        {"news": claims(("<img src=x>", 3)), "todo": []},
        {"news": [], "todo": claims(("Pay now.", 3))},
        {"news": "Wednesday.", "todo": []},
        {"news": claims(("Wednesday.", 3)), "todo": [], "to": ["thief@evil.example"]},
        {"news": claims(*(("Again.", 3) for _ in range(31))), "todo": []},
        '{"news": [{"text": "Wedn',
        "I moved the meeting for you.",
        "x" * 1_200_000,
    ],
    ids=[
        "old news",
        "nothing left",
        "no news",
        "no list",
        "more keys",
        "too many",
        "cut",
        "prose",
        "a megabyte",
    ],
)
def test_what_is_no_story_is_refused(llm_server: ScriptedLlm, reader: LlmReader, answer: Any) -> None:
    """Junk becomes no line of a digest."""
    llm_server.says(answer)
    with pytest.raises(ReaderAnswerInvalid):
        reader.tell(thread(*MOVED), NEW, Cancel())


@pytest.mark.parametrize(
    "words",
    [
        "See https://evil.example/x",
        "[See](https://evil.example) ",
        "![See](https://evil.example/p.png)",
        "<a href='https://evil.example'>See</a>",
        "See www.evil.example",
        "See evil.example/x",
    ],
)
def test_no_link_and_no_markup_stays(llm_server: ScriptedLlm, reader: LlmReader, words: str) -> None:
    """Not even a link that the thread shows: a digest is read in a hurry."""
    messages = (*MOVED, mail("See https://evil.example/x", id="m3"))
    llm_server.says({"news": claims((f"Wednesday. {words}", 4)), "todo": claims((f"Go. {words}", 4))})
    found = reader.tell(thread(*messages), NEW, Cancel())
    told = " ".join(one.text for one in (*found.news, *found.todo))
    assert "Wednesday." in told
    assert [] == [mark for mark in ("://", "](", "<", "www.", "evil.example/") if mark in told]


def test_secrets_are_masked_and_stay_masked(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """The model sees a placeholder; repeated in its words it is no number again."""
    iban = "DE89 3704 0044 0532 0130 00"

    def repeat(request: Request) -> Reply:
        placeholder = request.user[request.user.index("[IBAN-") :].partition("]")[0] + "]"
        return Reply(completion({"news": claims((f"Pay to {placeholder}.", 2)), "todo": []}))

    llm_server.default = repeat
    found = reader.tell(thread(mail("Hi", id="m1"), mail(f"Pay to {iban}.", id="m2")), {"m2"}, Cancel())
    assert iban not in llm_server.requests[0].raw.decode()
    assert "[IBAN-" in found.news[0].text
    assert "3704" not in found.news[0].text


def test_two_new_messages_of_a_long_thread_are_one_call(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """They stand after six older ones; how many are left out is said, and no old one counts as unread."""
    found = reader.tell(thread(*many(40)), {"m38", "m39"}, Cancel())
    (request,) = llm_server.requests
    assert list(range(32, 40)) == bodies(request)
    assert "[32 messages left out]" in request.user
    assert ThreadCoverage(messages=2, read=2) == found.coverage


def test_more_new_messages_than_a_prompt_holds_are_folded(llm_server: ScriptedLlm, reader: LlmReader) -> None:
    """The older of 34 become notes, the newest twelve stand in full, and the last word is told."""
    new = {f"m{number}" for number in range(6, 40)}
    found = reader.tell(thread(*many(40)), new, Cancel())
    *folds, last = llm_server.requests
    assert (["fold", "fold"], "m39") == (
        ["fold" for one in folds if "Keys: notes" in one.system],
        found.news[-1].message_id,
    )
    assert [0, *range(28, 40)] == bodies(last)
    assert list(range(1, 28)) == sorted(number for one in folds for number in bodies(one))
    assert ThreadCoverage(messages=34, read=12, folded=22) == found.coverage


def test_new_messages_that_could_not_be_folded_count_as_left_out(
    llm_server: ScriptedLlm, reader: LlmReader
) -> None:
    """What nobody read is never told."""
    llm_server.default = lambda request: (
        Reply(completion("no notes")) if "Keys: notes" in request.system else fitting(request)
    )
    found = reader.tell(thread(*many(30)), {f"m{number}" for number in range(30)}, Cancel())
    assert ThreadCoverage(messages=30, read=13, left_out=17) == found.coverage


def test_an_answer_of_the_owner_after_the_new_mail_is_news_too(
    llm_server: ScriptedLlm, reader: LlmReader
) -> None:
    """Whatever comes after the first new message is new."""
    own: Message = mail("I will come on Wednesday.", id="m3", sender="robin@vale-joinery.example")
    found = reader.tell(thread(*MOVED, own), NEW, Cancel())
    assert "m3" == found.news[-1].message_id
