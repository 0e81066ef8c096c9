"""Threads with several new mails are told by the model, one thread per call; what it does not tell, its newest mail does."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, raw, status, verdict
from tests.triage.conftest import PartsFor
from tests.triage.house import mail
from tests.triage.test_digest import GMAIL, LINK, edition, entry

from mailreeve.cancel import Cancel
from mailreeve.models import Claim, Priority, Story, ThreadCoverage
from mailreeve.store.runs import RunState
from mailreeve.store.stories import Stories
from mailreeve.triage import telling
from mailreeve.triage.digest import compile_digest, compose
from mailreeve.triage.engine import LocalLoop
from mailreeve.triage.labels import Shelf
from mailreeve.triage.loop import cascade_of, silent, triage
from mailreeve.triage.run import Options
from mailreeve.triage.work import Work

BODIES = (
    "Hi Alex,\n\nCould we meet on Thursday and not on Wednesday? I still need the slides.\n\nGrace\n",
    "Hi Alex,\n\nSorry, Wednesday after all. The room is free again.\n\nGrace\n",
)


def talk(sandbox: SandboxServer, subject: str, *bodies: str) -> list[str]:
    """Mails of one thread."""
    first, ids = "", []
    for body in bodies or BODIES:
        message = mail(subject, body, **({"In_Reply_To": first, "References": first} if first else {}))
        first = first or re.findall(rb"Message-ID: (<.*?>)", message)[0].decode()
        ids.append(sandbox.deliver(message))
    return ids


def asked(server: ScriptedLlm) -> list[Request]:
    """The calls that were about stories."""
    return [one for one in server.requests if "Keys: news" in one.system]


def telling_model(story: Callable[[Request], Reply], **decision: Any) -> Callable[[Request], Reply]:
    """A model that decides every mail alike, and tells stories in its way."""

    def answer(request: Request) -> Reply:
        if "Keys: news" in request.system:
            return story(request)
        return Reply(
            completion(verdict(request, **{"label": "fyi", "summary": "The newest mail.", **decision}))
        )

    return answer


def wednesday(_: Request) -> Reply:
    """Moved, and moved back."""
    news = [{"text": "Wanted Thursday.", "message": 1}, {"text": "Wednesday after all.", "message": 2}]
    return Reply(completion({"news": news, "todo": [{"text": "Send Grace the slides.", "message": 1}]}))


def test_a_thread_with_several_new_mails_is_told_claim_by_claim(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Under its line, each claim with a link to its mail, in all forms; the call is counted, and so is the thread."""
    llm_server.default = telling_model(wednesday)
    first, second = talk(sandbox, "The meeting")
    sandbox.deliver(mail("Something else", "Hi Alex,\n\nThe harvest was good.\n\nGrace\n"))
    parts = parts_for(sandbox, llm=llm_server)
    result = triage(parts, Options())
    (request,) = asked(llm_server)
    assert "harvest" not in request.user
    assert (4, {"threads": 1, "told": 1, "error": ""}) == (result.usage.calls, result.as_json()["stories"])
    digest = compile_digest(parts)
    link = f"https://mail.google.com/mail/?authuser={sandbox.account.replace('@', '%40')}#all/"
    assert (
        f"[Gmail]({link}{first}) · newest of 2 in this thread\n"
        f"  - Wanted Thursday. [Gmail]({link}{first})\n"
        f"  - Wednesday after all. [Gmail]({link}{second})\n"
        f"  - To do: Send Grace the slides. [Gmail]({link}{first})\n"
    ) in digest.text
    assert "The model told 1 of 1 thread with several new mails." in digest.text
    assert 1 == digest.text.count("The newest mail.")
    for words in ("Wanted Thursday.", "Wednesday after all.", "To do: Send Grace the slides."):
        assert words in digest.letter
        assert words in digest.html
    assert f'<li>Wednesday after all. <a href="{link.replace("&", "&amp;")}{second}"' in digest.html


def test_the_newest_mail_is_told_even_when_the_model_forgets_it(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Its own line stands last: the last word is never lost."""
    only_old = {"news": [{"text": "Wanted Thursday.", "message": 1}], "todo": []}
    llm_server.default = telling_model(lambda _: Reply(completion(only_old)))
    talk(sandbox, "The meeting")
    parts = parts_for(sandbox, llm=llm_server)
    triage(parts, Options())
    text = compile_digest(parts).text
    assert text.index("  - Wanted Thursday.") < text.index("  - The newest mail.")


def test_a_later_run_with_one_mail_more_makes_the_story_old(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """The newest mail tells the thread then: a story never stands above what came after it."""
    llm_server.default = telling_model(wednesday)
    talk(sandbox, "The meeting")
    parts = parts_for(sandbox, llm=llm_server)
    triage(parts, Options())
    talk(sandbox, "The meeting", BODIES[0], "Hi Alex,\n\nFriday, sorry.\n\nGrace\n")
    triage(parts, Options(limit=1))
    text = compile_digest(parts).text
    assert "Wednesday after all." not in text
    assert "The newest mail." in text


@pytest.mark.parametrize(
    ("decision", "settings"),
    [
        ({"priority": "low"}, {}),
        ({"label": "newsletter"}, {}),
        ({"label": "suspicious", "priority": "urgent"}, {}),
        ({}, {"stories": 0}),
    ],
    ids=["what can wait", "newsletters", "what is suspicious", "turned off"],
)
def test_what_nobody_reads_line_by_line_is_not_told(
    sandbox: SandboxServer,
    parts_for: PartsFor,
    llm_server: ScriptedLlm,
    decision: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """No call, and nothing is said of stories."""
    llm_server.default = telling_model(wednesday, **decision)
    talk(sandbox, "The meeting")
    parts = parts_for(sandbox, llm=llm_server, **settings)
    assert {"threads": 0, "told": 0, "error": ""} == triage(parts, Options()).as_json()["stories"]
    assert [] == asked(llm_server)
    assert "told" not in compile_digest(parts).text


def test_without_a_model_nothing_changes(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A thread is told by its newest mail, and nobody promises more."""
    talk(sandbox, "The meeting")
    parts = parts_for(sandbox)
    assert {"threads": 0, "told": 0, "error": ""} == triage(parts, Options()).as_json()["stories"]
    text = compile_digest(parts).text
    assert "newest of 2 in this thread" in text
    assert ("  - ", False) == ("  - ", "  - " in text)


def test_a_run_tells_of_so_many_threads_as_the_settings_allow(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """The others are told by their newest mail, and counted with the reason."""
    llm_server.default = telling_model(wednesday)
    for number in range(3):
        talk(sandbox, f"Meeting {number}")
    parts = parts_for(sandbox, llm=llm_server, stories=2)
    told = triage(parts, Options()).as_json()["stories"]
    assert {"threads": 3, "told": 2, "error": "the settings allow 2 a run"} == told
    assert 2 == len(asked(llm_server))
    text = compile_digest(parts).text
    assert (
        "The model told 2 of 3 threads with several new mails. Not of all: the settings allow 2 a run" in text
    )


FAILURES: dict[str, Callable[[Request], Reply]] = {
    "503": status(503),
    "junk": lambda _: Reply(completion("Sure! I moved the meeting.")),
    "invented": lambda _: Reply(completion({"news": [{"text": "x", "message": 9}], "todo": []})),
    "a megabyte": lambda _: Reply(completion("x" * 1_200_000)),
    "no completion": raw(b"<html>no</html>"),
    "another mail's words in a key": lambda _: Reply(completion({"CANARY": "CANARY"})),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_model_that_fails_leaves_the_line_of_the_newest_mail_and_says_so(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, failure: str
) -> None:
    """The run is done all the same; the digest tells of how many threads the model told, and why not of this one."""
    llm_server.default = telling_model(FAILURES[failure])
    talk(sandbox, "The meeting")
    parts = parts_for(sandbox, llm=llm_server)
    result = triage(parts, Options())
    told = result.as_json()["stories"]
    assert (RunState.DONE, 1, 0) == (result.state, told["threads"], told["told"])
    text = compile_digest(parts).text
    assert "— The newest mail." in text
    assert "The model told 0 of 1 thread with several new mails. Not of all: The model" in text
    assert [] == LINK.findall(GMAIL.sub("", text))
    assert "CANARY" not in text


def test_a_thread_that_is_gone_is_told_by_its_line(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Gmail's failure costs the story, not the run."""
    llm_server.default = telling_model(wednesday)
    talk(sandbox, "The meeting")
    sandbox.faults([{"path": "/threads/", "nth": 1, "kind": "403-daily"}])
    parts = parts_for(sandbox, llm=llm_server)
    result = triage(parts, Options())
    assert (RunState.DONE, 0, []) == (result.state, result.stories.told, asked(llm_server))
    assert result.stories.error


def test_a_model_that_takes_too_long_holds_no_run_up(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the time for all threads is up they are left as they are, and the digest says so."""
    monkeypatch.setattr(telling, "SECONDS", 0.3)
    llm_server.default = telling_model(lambda request: replace(wednesday(request), delay=1.0))
    for number in range(3):
        talk(sandbox, f"Meeting {number}")
    parts = parts_for(sandbox, llm=llm_server, concurrency=1)
    result = triage(parts, Options())
    told = {"threads": 3, "told": 0, "error": "their time was up"}
    assert (RunState.DONE, told, 1) == (result.state, result.as_json()["stories"], len(asked(llm_server)))


def test_a_stop_while_threads_are_told_leaves_the_run_done(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """All mail is decided by then: what was told is kept, the rest is not asked for."""
    cancel = Cancel()

    def stop(request: Request) -> Reply:
        cancel.set()
        return wednesday(request)

    llm_server.default = telling_model(stop)
    for number in range(3):
        talk(sandbox, f"Meeting {number}")
    result = triage(parts_for(sandbox, llm=llm_server, concurrency=1), Options(), cancel=cancel)
    assert (RunState.DONE, 3, 1) == (result.state, result.stories.threads, result.stories.told)
    assert 1 == len(asked(llm_server))


def test_codes_are_no_thread_to_tell_of(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """They are shown to no model, and their lines say all: nothing is missing."""
    codes = [f"Your verification code is 48392{number}. It expires in 10 minutes.\n" for number in (1, 2)]
    talk(sandbox, "Your verification code", *codes)
    parts = parts_for(sandbox, llm=llm_server)
    assert {"threads": 0, "told": 0, "error": ""} == triage(parts, Options()).as_json()["stories"]
    assert [] == llm_server.requests


class Resumed(LocalLoop):
    """Goes on with a run that a process left, as the engine on a server does."""

    def __init__(self, run: str) -> None:
        self._run = run

    def begin(self, opened: Callable[[], str]) -> str:
        return self._run


def test_what_is_told_is_not_asked_for_again_after_a_crash(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two threads one is kept when the process dies between the answer and the ledger: only the other is asked anew."""
    llm_server.default = telling_model(wednesday)
    for number in range(2):
        talk(sandbox, f"Meeting {number}")
    parts = parts_for(sandbox, llm=llm_server, concurrency=1)
    save, saved = Stories.save, list[str]()

    def dies(self: Stories, message: str, generation: int, story: Story) -> None:
        if saved:
            raise KeyboardInterrupt
        saved.append(message)
        save(self, message, generation, story)

    monkeypatch.setattr(Stories, "save", dies)
    with pytest.raises(Exception, match="was stopped before its end"):
        triage(parts, Options())
    monkeypatch.setattr(Stories, "save", save)
    (run,) = parts.ledger.runs.latest()
    assert 2 == len(asked(llm_server))
    result = triage(parts, Options(), engine=Resumed(run.id))
    assert (RunState.DONE, 3) == (result.state, len(asked(llm_server)))
    assert {"threads": 2, "told": 2, "error": ""} == result.as_json()["stories"]
    work = Work(parts, run.id, Cancel(), cascade_of(parts), Shelf(parts, run.id))
    assert (2, 3) == (telling.tell(work, silent).told, len(asked(llm_server)))


def test_drafts_of_the_run_are_no_messages_of_the_thread(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """What triage wrote itself is told to no model as mail."""

    def drafted(request: Request) -> Reply:
        if "body of a reply" in request.system:
            return Reply(completion({"body": "Dear Grace,\n\nOUR OWN DRAFT [answer?]\n", "note": ""}))
        return telling_model(wednesday, label="to-reply", needs_reply=True)(request)

    llm_server.default = drafted
    talk(sandbox, "The meeting")
    result = triage(parts_for(sandbox, llm=llm_server), Options())
    assert (1, 1) == (len(result.drafts), result.stories.told)
    assert "OUR OWN DRAFT" not in asked(llm_server)[0].user


def told_of(*texts: str, **coverage: int) -> Story:
    claims = tuple(Claim(text, f"m{number}") for number, text in enumerate(texts))
    return Story("t", claims, claims[:1], ThreadCoverage(**coverage))


@pytest.mark.parametrize(
    "hostile",
    [
        "[click](http://evil.example/?d=1)",
        "![pixel](https://evil.example/p.png)",
        "<img src=x onerror=alert(1)>",
        "www.evil.example/x",
        "javascript:alert(1)",
        "a\n\n# Urgent\n\n- [Gmail](https://evil.example)",
        "\x1b[31mred\x07",
    ],
)
def test_a_claim_is_text_in_every_form(hostile: str) -> None:
    """Even what was never cleaned makes no link, no markup and no line of its own."""
    one = entry("1", "fyi", Priority.NORMAL, thread="t")
    other = entry("2", "fyi", Priority.NORMAL, thread="t")
    base = edition(one, other)
    calm, bad = (compose(replace(base, stories={"1": told_of(text)})) for text in ("x", hostile))
    assert len(calm.text.splitlines()) == len(bad.text.splitlines())
    assert [] == LINK.findall(GMAIL.sub("", bad.text))
    tags = re.compile(r"<[^>]*>")
    assert tags.findall(calm.html) == tags.findall(bad.html)
    assert "evil.example" not in json.dumps([bad.text, bad.html, bad.letter])


def test_how_much_of_many_new_mails_was_read_is_said() -> None:
    """Notes and what was left out are counted under the claims; a story of all says nothing of it."""
    one = entry("1", "fyi", Priority.NORMAL, thread="t")
    part = told_of("x", messages=34, read=12, folded=18, left_out=4)
    text = compose(replace(edition(one), stories={"1": part})).text
    assert "  - 12 of 34 new mails read, 18 told by notes, 4 left out" in text
    whole = compose(replace(edition(one), stories={"1": told_of("x", messages=2, read=2)})).text
    assert "left out" not in whole
