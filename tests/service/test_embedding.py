"""Search by meaning: filled by a sync, resumed, forgotten; and what of a mail goes to the endpoint."""

import json
import sys
from collections.abc import Callable

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, embeddings, raw, status

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, ConfigError, ReaderUnavailable
from mailreeve.service import searching, syncing, triage
from mailreeve.service.answers import SearchAnswer, SemanticJson, SyncAnswer

Open = Callable[..., Mailbox]


def mail(number: int, text: str, subject: str = "Hello", kind: str = "text/plain") -> bytes:
    return (
        f"From: Ana <ana{number}@example.org>\r\nTo: me@example.org\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


TEXTS = (
    "The invoices of the carpenters are enclosed.",
    "We sail on Tuesday when the tide is high.",
    "Grandmother's recipe for plum cake.",
)


def settings(server: ScriptedLlm, more: str = "") -> str:
    return f'[semantic]\nmodel = "hashed"\nbase_url = "{server.base_url}"\napi_key = "k-canary"\n{more}'


def sync(box: Mailbox, cancel: Cancel | None = None) -> SyncAnswer:
    return syncing.sync(box, full=True, progress=lambda *_: None, cancel=cancel or Cancel())


def semantic(answer: SyncAnswer) -> SemanticJson:
    assert answer["semantic"] is not None
    return answer["semantic"]


def search(box: Mailbox, query: str, source: str = "semantic", **more: object) -> SearchAnswer:
    return searching.search(box, query, source=source, cancel=Cancel(), **more)  # type: ignore[arg-type] # limit, cursor


def ids(answer: SearchAnswer) -> list[str]:
    return [hit["id"] for hit in answer["hits"]]


def sent(server: ScriptedLlm) -> list[str]:
    """Every text that went to the endpoint."""
    return [text for request in server.requests for text in request.body["input"]]


@pytest.fixture
def meant(sandbox: SandboxServer, llm_server: ScriptedLlm, open_box: OpenBox) -> Mailbox:
    """The empty mailbox with search by meaning on."""
    return open_box(sandbox, settings(llm_server))


def test_other_forms_of_a_word_are_found_and_its_own_form_first(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """Words find no mail with `carpenter invoice`; by meaning the carpenters' invoices are the first hit."""
    first, *_ = [sandbox.deliver(mail(number, text)) for number, text in enumerate(TEXTS)]
    done = semantic(sync(meant))
    assert (3, 0, 0, "") == (done["embedded"], done["left"], done["refused"], done["problem"])
    assert 1 == len(llm_server.requests)
    assert {"bearer k-canary"} == {one.headers["authorization"].lower() for one in llm_server.requests}
    assert [] == ids(search(meant, "carpenter invoice", "local"))
    found = search(meant, "carpenter invoice")
    assert (first, "local", "words and meaning") == (ids(found)[0], found["source"], found["ranked_by"])
    assert ids(found) == ids(search(meant, "carpenter invoice", "ranked"))
    page = search(meant, "carpenter invoice", limit=1)
    rest = search(meant, "carpenter invoice", cursor=page["next"])
    assert ids(found) == [*ids(page), *ids(rest)]


def test_conditions_hold_for_what_is_found_by_meaning_too(sandbox: SandboxServer, meant: Mailbox) -> None:
    """Operators, phrases and exclusions decide which mails may be hits; words alone decide the order."""
    every = [sandbox.deliver(mail(number, text)) for number, text in enumerate(TEXTS)]
    sync(meant)
    assert [every[1]] == ids(search(meant, "from:ana1 carpenter invoice"))
    assert [every[2]] == ids(search(meant, '"plum cake" carpenter'))
    assert every[0] not in ids(search(meant, "carpenter invoice -invoices"))
    assert [] == ids(search(meant, "in:spam carpenter"))
    answer = search(meant, "from:ana2")
    assert ([every[2]], "words") == (ids(answer), answer["ranked_by"])


def test_it_is_off_by_default_and_asks_nobody(
    sandbox: SandboxServer, llm_server: ScriptedLlm, open_box: OpenBox
) -> None:
    """A chat model alone turns nothing on: no sync and no ranked search sends a word; demanding it is an error."""
    box = open_box(sandbox, f'[llm]\nmodel = "m"\nbase_url = "{llm_server.base_url}"')
    sandbox.deliver(mail(1, TEXTS[0]))
    assert sync(box)["semantic"] is None
    assert "words" == search(box, "carpenters", "ranked")["ranked_by"]
    with pytest.raises(ConfigError, match="off"):
        search(box, "carpenters")
    assert [] == llm_server.requests


def test_nothing_secret_hidden_or_spam_is_embedded(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """No one-time code, reset mail, spam or hidden text goes to the endpoint; numbers of cards and accounts are masked."""
    sandbox.deliver(mail(1, "Your verification code is 482913.", "Your code"))
    sandbox.deliver(mail(2, "Reset your password: https://x.example/reset/abcdef123456", "Password reset"))
    sandbox.deliver(mail(3, "Spam canary"), "SPAM")
    sandbox.deliver(
        mail(4, '<p>Seen text</p><p style="display:none">hidden canary</p>', "Page", kind="text/html")
    )
    sandbox.deliver(
        mail(5, "Pay to DE89370400440532013000 with 4111 1111 1111 1111.", "Bill 5500005555555559")
    )
    done = semantic(sync(meant))
    texts = "\n".join(sent(llm_server))
    assert (2, 0) == (done["embedded"], done["left"])
    assert ["482913", "reset", "canary", "DE8937", "4111", "5500"] == [
        word for word in ("482913", "reset", "canary", "DE8937", "4111", "5500") if word not in texts
    ]
    assert "Seen text" in texts
    assert "Pay to [IBAN] with [card]." in texts
    search(meant, "card 4111 1111 1111 1111")
    assert ["card [card]"] == llm_server.requests[-1].body["input"]


def test_a_sync_goes_on_where_the_endpoint_failed(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """Words are indexed all the same, the problem is told, and the next sync embeds each mail that is left once."""
    for number in range(40):
        sandbox.deliver(mail(number, f"{TEXTS[number % 3]} {number}"))
    llm_server.then(llm_server.default, status(401))
    first = sync(meant)
    assert (40, 32, 8) == (first["indexed"], semantic(first)["embedded"], semantic(first)["left"])
    assert "refused the key" in semantic(first)["problem"]
    llm_server.requests.clear()
    again = semantic(sync(meant))
    assert (8, 0, "") == (again["embedded"], again["left"], again["problem"])
    assert (8, 8) == (len(sent(llm_server)), len(set(sent(llm_server))))


def test_a_sync_that_is_stopped_goes_on(
    sandbox: SandboxServer, llm_server: ScriptedLlm, open_box: OpenBox
) -> None:
    """What was embedded before the stop is kept; the mail before it is fetched again for what is left alone."""
    for number in range(40):
        sandbox.deliver(mail(number, f"{TEXTS[number % 3]} {number}"))
    cancel = Cancel()

    def stop(request: Request) -> Reply:
        cancel.set()
        return Reply(embeddings(request))

    llm_server.then(stop)
    with pytest.raises(Cancelled):
        sync(open_box(sandbox, settings(llm_server)), cancel)
    before = sandbox.units()["by_method"]["messages.get"]["calls"]
    done = semantic(sync(open_box(sandbox, settings(llm_server))))
    assert (8, 0) == (done["embedded"], done["left"])
    assert 8 == sandbox.units()["by_method"]["messages.get"]["calls"] - before


def test_mail_from_before_it_was_turned_on_is_embedded_by_the_next_sync(
    sandbox: SandboxServer, llm_server: ScriptedLlm, open_box: OpenBox
) -> None:
    """Texts are not kept, so each of those mails is fetched once more, and no third time."""
    sandbox.deliver(mail(1, TEXTS[0]))
    sync(open_box(sandbox, ""))
    box = open_box(sandbox, settings(llm_server))
    assert 1 == semantic(sync(box))["embedded"]
    assert 2 == sandbox.units()["by_method"]["messages.get"]["calls"]
    sync(box)
    assert (2, 1) == (sandbox.units()["by_method"]["messages.get"]["calls"], len(llm_server.requests))


def test_mail_that_a_run_reads_is_embedded_by_it(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """The run shows its mail to the endpoint at once, so that nothing is fetched twice; a dead endpoint stops no run."""
    sync(meant)
    sandbox.deliver(mail(1, TEXTS[0]))
    triage.triage(meant, cancel=Cancel())
    assert 1 == len(sent(llm_server))
    llm_server.default = status(401)
    sandbox.deliver(mail(2, TEXTS[1]))
    run = triage.triage(meant, cancel=Cancel())
    assert (1, []) == (run["seen"] - run["already"], run["failed"])
    llm_server.default = lambda request: Reply(embeddings(request))
    done = semantic(sync(meant))
    assert (1, 0) == (done["embedded"], done["left"])


def test_a_deleted_mail_leaves_no_vector_and_forgetting_leaves_no_file(
    sandbox: SandboxServer, meant: Mailbox
) -> None:
    """Vectors go with the message; what is moved to the trash is found by meaning no more; --forget deletes all."""
    first, second, third = [sandbox.deliver(mail(number, text)) for number, text in enumerate(TEXTS)]
    sync(meant)
    token = sandbox.token_for("https://mail.google.com/")
    sandbox.call("DELETE", f"/gmail/v1/users/me/messages/{first}", token=token)
    sandbox.api("POST", f"/messages/{second}/trash")
    sync(meant)
    assert [third] == ids(search(meant, "carpenter invoice tide"))
    index = meant.local.open()
    assert [2, 2] == [index.number(f"select count(*) from {table}") for table in ("vector", "sign")]
    syncing.forget(meant)
    assert [] == list(meant.local.file.parent.glob(f"{meant.local.file.name}*"))


def test_another_model_embeds_everything_anew(
    sandbox: SandboxServer, llm_server: ScriptedLlm, open_box: OpenBox
) -> None:
    """Vectors of two models are never compared: until a sync has made new ones, words alone rank."""
    sandbox.deliver(mail(1, TEXTS[0]))
    sync(open_box(sandbox, settings(llm_server)))
    box = open_box(sandbox, settings(llm_server).replace("hashed", "other"))
    assert "words" == search(box, "carpenters", "ranked")["ranked_by"]
    assert 1 == semantic(sync(box))["embedded"]
    assert "words and meaning" == search(box, "carpenters", "ranked")["ranked_by"]


def test_a_search_without_its_endpoint_says_so(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """Ranked falls back on words and tells why; where meaning was demanded the failure is an error."""
    id_ = sandbox.deliver(mail(1, TEXTS[0]))
    sync(meant)
    llm_server.default = status(401)
    found = search(meant, "carpenters", "ranked")
    assert ([id_], "words", True) == (ids(found), found["ranked_by"], "refused the key" in found["note"])
    assert "Check [semantic]" in found["note"]
    with pytest.raises(ReaderUnavailable):
        search(meant, "carpenters")


def test_a_mail_that_the_model_does_not_take_costs_no_other_its_vector(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """It is told apart by halves, counted, and not tried again; an endpoint that takes nothing is a problem instead."""

    def picky(request: Request) -> Reply:
        strange = any("plum" in text for text in request.body["input"])
        return status(400)(request) if strange else Reply(embeddings(request))

    for number, text in enumerate(TEXTS):
        sandbox.deliver(mail(number, text))
    llm_server.default = picky
    done = semantic(sync(meant))
    assert (2, 1, 0, "") == (done["embedded"], done["refused"], done["left"], done["problem"])
    asked = len(llm_server.requests)
    assert 0 == semantic(sync(meant))["embedded"]
    assert asked == len(llm_server.requests)
    llm_server.default = status(400)
    sandbox.deliver(mail(9, "Another one."))
    done = semantic(sync(meant))
    assert (1, True) == (done["left"], "refused" in done["problem"])


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"no json",
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 1, "embedding": [1.0]}]}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}',
        b'{"data": [{"index": 0, "embedding": [NaN]}]}',
        json.dumps({"data": [{"index": 0, "embedding": [1.0] * 9_000}]}).encode(),
        b" " * 17_000_000,
    ],
    ids=["empty", "text", "base64", "index", "none", "nought", "nan", "long", "large"],
)
def test_an_answer_that_is_no_embedding_is_a_problem_and_marks_no_mail(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox, body: bytes
) -> None:
    """Whatever the endpoint answers: the sync ends, says so, and the mail waits for the next one."""
    sandbox.deliver(mail(1, TEXTS[0]))
    llm_server.default = raw(body)
    done = semantic(sync(meant))
    assert (0, 1, True) == (done["embedded"], done["left"], bool(done["problem"]))


def test_vectors_of_another_length_are_refused(
    sandbox: SandboxServer, llm_server: ScriptedLlm, meant: Mailbox
) -> None:
    """A model that was replaced under its name is told, with what to do."""
    sandbox.deliver(mail(1, TEXTS[0]))
    sync(meant)
    llm_server.default = lambda request: Reply(embeddings(request, 64))
    sandbox.deliver(mail(2, TEXTS[1]))
    done = semantic(sync(meant))
    assert (1, True) == (done["left"], "sync --forget" in done["problem"])
    assert "another length" in search(meant, "carpenters", "ranked")["note"]


def test_a_sync_stops_at_its_tokens_and_the_next_one_goes_on(
    sandbox: SandboxServer, llm_server: ScriptedLlm, open_box: OpenBox
) -> None:
    """`max_tokens_per_sync` is looked at before each hundred mails; the cost is told by the price."""
    for number in range(130):
        sandbox.deliver(mail(number, f"{TEXTS[number % 3]} {number}"))
    more = "max_tokens_per_sync = 10\nprice_per_million = 1000.0"
    done = semantic(sync(open_box(sandbox, settings(llm_server, more))))
    assert (100, 30, True) == (done["embedded"], done["left"], "max_tokens_per_sync" in done["problem"])
    assert done["cost"] == pytest.approx(done["tokens"] / 1000)
    assert 0 == semantic(sync(open_box(sandbox, settings(llm_server, more))))["left"]


def test_without_the_extra_it_is_said_what_to_install(
    sandbox: SandboxServer, meant: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numpy is missing: the sync says which extra it is, and a ranked search goes on by words."""
    sandbox.deliver(mail(1, TEXTS[0]))
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ConfigError, match="extra `semantic`"):
        sync(meant)
