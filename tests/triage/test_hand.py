"""What a run has read is not fetched again: counted by the local Google, for each message."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.conftest import PartsFor
from tests.triage.house import ME, mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.models import Message, Progress, Thread
from mailreeve.triage.engine import LocalLoop, StepsOfRun
from mailreeve.triage.hand import Hand
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options


class Between(LocalLoop):
    """Does something when all is labelled and nothing drafted yet."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def drain(self, steps: StepsOfRun, cancel: Cancel, progress: Progress) -> None:
        steps.take()
        ids = steps.waiting()
        steps.judge(ids)
        steps.apply(ids)
        self._act()
        super().drain(steps, cancel, progress)


def stop() -> None:
    raise Cancelled("Stopped.", "Go on.")


@pytest.fixture
def writer(llm_server: ScriptedLlm) -> ScriptedLlm:
    """A model that wants to answer everything, and answers."""

    def answer(request: Request) -> Reply:
        if "body of a reply" in request.system:
            return Reply(completion({"body": "Friday suits me.\n", "note": ""}))
        return Reply(completion(verdict(request, label="to-reply", needs_reply=True)))

    llm_server.default = answer
    return llm_server


def asked(writer: ScriptedLlm) -> str:
    """What the model was shown for its only draft."""
    (request,) = [one for one in writer.requests if "body of a reply" in one.system]
    return request.user


def part(number: int, before: int | None = None, sender: str = "Grace Hopper <grace@example.org>") -> bytes:
    """A mail of one thread, which answers all those before it."""
    ids = [f"<part.{one}@example.org>" for one in range(number if before is None else before)]
    raw = mail("Re: Venue" if number else "Venue", f"Part {number}: which room do you prefer?\n", sender)
    own = f"Message-ID: <part.{number}@example.org>"
    more = [f"In-Reply-To: {ids[-1]}", f"References: {' '.join(ids)}"] if ids else []
    lines = [one for one in raw.decode().splitlines() if not one.startswith("Message-ID")]
    return "\n".join([own, *more, *lines, ""]).encode()


def talk(sandbox: SandboxServer, older: int, new: int = 1) -> tuple[list[str], list[str]]:
    """A thread with so many read and answered mails and so many new ones; their ids."""
    known = [
        sandbox.deliver(
            part(n, sender=f"Alex <{ME}>" if n % 2 else "Grace <grace@example.org>"), "SENT" if n % 2 else ""
        )
        for n in range(older)
    ]
    fresh = [sandbox.deliver(part(n)) for n in range(older, older + new)]
    threads = {one["threadId"] for one in sandbox.state()["messages"]}
    assert 1 == len(threads)
    return known, fresh


def test_a_night_with_drafts_gets_no_message_twice(
    sandbox: SandboxServer, parts_for: PartsFor, writer: ScriptedLlm
) -> None:
    """Four questions, a newsletter, four answers, and each text came once; the state of each thread is asked for without texts."""
    ids = {sandbox.deliver(mail(f"Question {number}?")) for number in range(4)} | {
        sandbox.deliver(newsletter())
    }
    result = triage(parts_for(sandbox, llm=writer), Options())
    assert 4 == len(result.drafts)
    told = sandbox.units()
    assert dict.fromkeys(ids, 1) == told["full"]
    assert 4 == told["by_method"]["threads.get"]["calls"]


def test_a_night_without_a_model_gets_no_message_twice(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The built-in reader answers the new mail alone: nothing older is fetched for it."""
    _, fresh = talk(sandbox, older=2)
    assert 1 == len(triage(parts_for(sandbox), Options()).drafts)
    assert dict.fromkeys(fresh, 1) == sandbox.units()["full"]


@pytest.mark.parametrize("older", [1, 2])
def test_older_messages_of_a_thread_are_fetched_and_the_new_one_is_not_again(
    sandbox: SandboxServer, parts_for: PartsFor, writer: ScriptedLlm, older: int
) -> None:
    """The model is shown the whole thread in its order, the person's own words too; each text came once."""
    known, fresh = talk(sandbox, older)
    assert 1 == len(triage(parts_for(sandbox, llm=writer), Options()).drafts)
    assert dict.fromkeys([*known, *fresh], 1) == sandbox.units()["full"]
    shown = asked(writer)
    places = [shown.index(f"Part {number}: which room") for number in range(older + 1)]
    assert sorted(places) == places


@pytest.mark.parametrize(("new", "gets"), [(2, 4), (3, 0)])
def test_a_thread_of_several_new_mails_comes_once(
    sandbox: SandboxServer, parts_for: PartsFor, writer: ScriptedLlm, new: int, gets: int
) -> None:
    """Three are fetched by thread for the judging; what came serves the draft and the story of the thread."""
    known, fresh = talk(sandbox, older=2, new=new)
    assert 1 == len(triage(parts_for(sandbox, llm=writer), Options()).drafts)
    told = sandbox.units()
    assert dict.fromkeys([*known, *fresh], 1) == told["full"]
    assert all(f"Part {number}: which room" in asked(writer) for number in range(2 + new))
    assert gets == told["by_method"].get("messages.get", {"calls": 0})["calls"]


def test_many_older_messages_come_with_their_thread(
    sandbox: SandboxServer, parts_for: PartsFor, writer: ScriptedLlm
) -> None:
    """From three on the thread is one call of 40 units where they would cost 20 each; the new one comes along."""
    known, fresh = talk(sandbox, older=6)
    assert 1 == len(triage(parts_for(sandbox, llm=writer), Options()).drafts)
    told = sandbox.units()
    assert dict.fromkeys(known, 1) | dict.fromkeys(fresh, 2) == told["full"]
    assert {"calls": 1, "units": 40} == told["by_method"]["threads.get"]
    assert all(f"Part {number}: which room" in asked(writer) for number in range(7))


def test_older_messages_that_no_header_names_are_shown_too(
    sandbox: SandboxServer, parts_for: PartsFor, writer: ScriptedLlm
) -> None:
    """A mail that names only the first one of four: they are found in the thread, and come with it."""
    known = [sandbox.deliver(part(number), "") for number in range(4)]
    fresh = sandbox.deliver(part(4, before=1))
    assert 1 == len(triage(parts_for(sandbox, llm=writer), Options()).drafts)
    assert all(f"Part {number}: which room" in asked(writer) for number in range(5))
    told = sandbox.units()
    assert dict.fromkeys(known, 1) | {fresh: 2} == told["full"]
    assert {"calls": 2, "units": 80} == told["by_method"]["threads.get"]


def test_after_a_stop_between_verdict_and_draft_it_is_fetched_once_more(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """What was in hand is gone with its process; the next one fetches it once, and there is one draft."""
    id_ = sandbox.deliver(mail())
    with pytest.raises(Cancelled):
        triage(parts_for(sandbox), Options(), engine=Between(stop))
    assert {id_: 1} == sandbox.units()["full"]
    assert 1 == len(triage(parts_for(sandbox), Options()).drafts)
    assert {id_: 2} == sandbox.units()["full"]
    assert 1 == len(sandbox.state()["drafts"])


def test_an_answer_of_the_last_minute_counts(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The person answers between verdict and draft: the text is in hand, the thread is looked at as it is now."""
    id_ = sandbox.deliver(part(0))
    answer = part(1, sender=f"Alex <{ME}>")
    parts = parts_for(sandbox)
    sandbox.clock(now=(datetime.now(UTC) + timedelta(minutes=1)).timestamp())
    result = triage(parts, Options(), engine=Between(lambda: sandbox.deliver(answer, "SENT")))
    assert () == result.drafts
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert "no draft: it was answered already" == entry.note


def test_a_mail_that_is_deleted_meanwhile_gets_no_draft(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """It is in hand and no longer in its thread."""
    sandbox.deliver(part(0), "")
    id_ = sandbox.deliver(part(1))
    parts = parts_for(sandbox)

    def delete() -> None:
        with sandbox.state_file() as state:
            state.execute("update messages set thread = 'elsewhere' where id = ?", (id_,))

    assert () == triage(parts, Options(), engine=Between(delete)).drafts
    entry = parts.ledger.entry(id_)
    assert entry is not None
    assert "no draft: the message is no longer in its thread" == entry.note


def message(id_: str, thread: str, size: int) -> Message:
    return Message(id=id_, thread_id=thread, text="x" * size)


def test_no_more_is_held_than_there_is_room_for() -> None:
    """What nobody needs again goes first, a thread that somebody needs stays whole; then nothing more is taken."""
    hand = Hand(100)
    for one, again in (("a", False), ("b", True), ("c", False)):
        hand.keep(message(one, "t" if one in "ab" else "u", 30), again=again)
    hand.keep(message("d", "t", 30))
    assert ["a", "b", "d"] == [one for one in "abcd" if hand.get(one)]
    hand.keep(message("e", "t", 30), again=True)
    assert None is hand.get("e")
    assert (3, 0) == (hand.count("t"), hand.count("u"))


def test_a_mail_larger_than_all_room_is_not_held() -> None:
    """And it takes the place of nothing that is needed."""
    hand = Hand(100)
    hand.keep(message("a", "t", 90), again=True)
    hand.keep(message("b", "u", 101), again=True)
    assert ("a", None) == (getattr(hand.get("a"), "id", None), hand.get("b"))


def test_texts_in_hand_get_the_labels_of_now() -> None:
    """The thread as it is now says what stands where; the hand only adds texts."""
    hand = Hand()
    hand.keep(Message(id="a", thread_id="t", labels=("INBOX",), text="Words."))
    now = Thread("t", (Message(id="a", thread_id="t", labels=("TRASH",)), Message(id="b", thread_id="t")))
    filled = hand.filled(now)
    assert [("a", ("TRASH",), "Words."), ("b", (), "")] == [(m.id, m.labels, m.text) for m in filled.messages]
