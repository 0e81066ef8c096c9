"""Many people's mailboxes by one service account: labels and drafts, and nobody reaches what is another's."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mcp import Client
from tests.organization import Organization, serving
from tests.sandbox_server import SandboxServer
from tests.web.client import Client as Browser

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.cli.root import run
from mailreeve.errors import ConfigError, GateError, InputError, MailreeveError
from mailreeve.mcp_server.server import build
from mailreeve.service import access, account, drafting, sending, working
from mailreeve.service.waiting import waiting
from mailreeve.store.proposals import Proposals
from mailreeve.store.workers import Workers
from mailreeve.web.serve import ReviewServer

ANA, BO = "ana@corp.example", "bo@corp.example"
QUESTION = (
    b"From: Kim <kim@x.example>\r\nTo: %s\r\nSubject: Report\r\nMessage-ID: <%d@x.example>\r\n\r\n"
    b"Can you send me the report by Friday?\r\n"
)


@pytest.fixture
def corp(tmp_path: Path) -> Iterator[Organization]:
    with serving(tmp_path, "ana", "bo") as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def settings(corp: Organization, home: Path, people: str = f'"{ANA}", "{BO}"', more: str = "") -> None:
    text = (
        f'[google]\nbase = "{corp.base_url}"\nquota = "off"\n'
        f'[organization]\nservice_account = "{corp.key}"\nmailboxes = [{people}]\n{more}'
    )
    (home / "config.toml").write_text(text, encoding="utf-8")


def opened(home: Path, only: str = "") -> App:
    return App(config.load({}, home), only=only)


def labelled(server: SandboxServer) -> int:
    return sum(
        any(name.startswith("Mailreeve/") for name in mail["labels"]) for mail in server.state()["messages"]
    )


def test_the_worker_serves_every_mailbox(corp: Organization, home: Path) -> None:
    """Both are labelled and get drafts, nothing is sent, and each ledger has its own mail alone."""
    for number, (address, server) in enumerate(corp.people.items()):
        server.deliver(QUESTION % (address.encode(), number))
    settings(corp, home)
    app = opened(home)
    lines: list[str] = []
    night = datetime(2030, 1, 1, 12, tzinfo=UTC)
    cancel = Cancel()

    def tell(line: str) -> None:
        if " seen" in line:  # the worker also says what it is about to do
            lines.append(line)
        if len(lines) == 2:
            cancel.set()

    moments = iter([datetime(2030, 1, 1, 0, tzinfo=UTC)])
    guard = threading.Timer(60, cancel.set)
    guard.start()
    working.work(app, tell, cancel, now=lambda: next(moments, night), tick=0.01)
    guard.cancel()
    assert 2 == len(lines), lines
    for address, server in corp.people.items():
        assert 1 == labelled(server)
        assert 1 == len(server.state()["drafts"])
        assert [] == server.sent()
        mine = {mail["id"] for mail in server.state()["messages"]}
        assert 1 == len(app.mailbox(address).ledger.decided(mine))
        others = {
            m["id"] for one in corp.people.values() if one is not server for m in one.state()["messages"]
        }
        assert set() == app.mailbox(address).ledger.decided(others - mine)
    app.close()


def test_one_person_who_is_not_authorized_stops_nobody_else(corp: Organization, home: Path) -> None:
    """The failure is told with what to do; the other mailbox is sorted."""
    corp.people[ANA].delegation([])
    corp.people[BO].deliver(QUESTION % (BO.encode(), 1))
    settings(corp, home)
    app = opened(home)
    lines: list[str] = []
    worker = working._Worker(app, lines.append, Cancel(), lambda: datetime(2030, 1, 1, 12, tzinfo=UTC), "w")
    Workers(app.db).beat("w", 0)
    worker.round()
    assert any("may not act for" in line for line in lines), lines
    assert 1 == labelled(corp.people[BO])
    app.close()


@pytest.mark.parametrize("capability", ["send", "outbound", "calendar", "contacts"])
def test_sending_cannot_be_turned_on(corp: Organization, home: Path, capability: str) -> None:
    """A setting that would let mail leave is refused at the start."""
    settings(corp, home, more=f'[policy]\ncapabilities = ["read", "{capability}"]\n')
    with pytest.raises(ConfigError, match=capability):
        opened(home)


def test_nothing_can_be_proposed_for_sending(corp: Organization, home: Path) -> None:
    """The gate of a mailbox of the organization says that sending is off, and no proposal is written."""
    settings(corp, home)
    app = opened(home)
    box = app.mailbox(ANA)
    made = drafting.draft(box, kind="new", to=[BO], subject="Hello", body="Hello Bo", cancel=Cancel())
    with pytest.raises(MailreeveError):
        sending.propose(box, made["draft_id"])
    assert () == Proposals(app.db, ANA).recent(10)
    app.close()


def test_the_list_of_people_may_lie_in_a_file(corp: Organization, home: Path) -> None:
    """With comments; a change counts at once, and a wrong line is named by its number."""
    names = home / "people.txt"
    names.write_text(f"# the sales team\n{ANA.upper()}  # head\n\n{BO}\n", encoding="utf-8")
    settings(corp, home, people="", more=f'mailboxes_file = "{names}"\n')
    app = opened(home)
    assert [ANA, BO] == [one.address for one in app.logins]
    names.write_text(f"{BO}\n", encoding="utf-8")
    assert [BO] == [one["address"] for one in access.access(app)["accounts"]]
    names.write_text(f"{BO}\nnonsense\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        _ = app.logins
    names.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        _ = app.logins
    app.close()


def test_the_list_is_read_again_only_when_it_changed(corp: Organization, home: Path) -> None:
    """With many people each look-up would else read the whole file; who is taken out is nobody's at once."""
    people = home / "people.txt"
    people.write_text(f"{ANA}\n{BO}\n", encoding="utf-8")
    settings(corp, home, "", f'mailboxes_file = "{people}"\n')
    app = opened(home)
    before = app.logins
    assert before is app.logins
    assert BO == app.account(BO).address
    people.write_text(f"{ANA}\n", encoding="utf-8")
    assert [ANA] == [one.address for one in app.logins]
    with pytest.raises(InputError):
        app.account(BO)
    people.unlink()
    with pytest.raises(ConfigError):
        _ = app.logins
    app.close()


def test_a_list_of_the_settings_is_read_once(corp: Organization, home: Path) -> None:
    """Without a file nothing can change: workers find an address by its key in the list that they have."""
    settings(corp, home)
    app = opened(home)
    assert app.logins is app.logins
    app.close()


def test_who_is_meant_must_be_said_and_the_others_are_not_told(corp: Organization, home: Path) -> None:
    """An error names no colleague; a stranger's address is none of the mailboxes."""
    settings(corp, home)
    app = opened(home)
    with pytest.raises(InputError) as caught:
        app.mailbox()
    assert ANA not in str(caught.value)
    assert BO not in str(caught.value)
    with pytest.raises(InputError, match="none of"):
        app.mailbox("eve@corp.example")
    with pytest.raises(InputError, match="nobody logs in"):
        account.login(app, show=str, open_page=str, paste=None, cancel=Cancel(1))
    with pytest.raises(InputError, match="no login"):
        account.logout(app, ANA)
    app.close()


def test_an_mcp_server_is_for_one_mailbox(
    corp: Organization, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --account it does not start: a client could ask for anybody's mail."""
    settings(corp, home)
    monkeypatch.setenv("MAILREEVE_HOME", str(home))
    assert 2 == run(["serve"])
    assert "one mailbox" in capsys.readouterr().err


async def test_its_client_cannot_name_another(corp: Organization, home: Path) -> None:
    """The tools of Ana's server read Ana's mail, refuse Bo's address, and have no tool that sends."""
    corp.people[BO].deliver(QUESTION % (BO.encode(), 2))
    settings(corp, home)
    app = opened(home, only=ANA)
    async with Client(build(app)) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        refused = await client.call_tool("search_mail", {"query": "report", "account": BO})
        own = await client.call_tool("search_mail", {"query": "report"})
    assert "send_mail" not in names
    assert refused.is_error
    assert f"for {ANA} alone" in str(refused.content)
    assert not own.is_error
    assert "Kim" not in str(own.content)
    app.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """The settings of a store that several people share."""
    if request.param == "sqlite":
        return ""
    return f'[store]\nurl = "{request.getfixturevalue("schema")}"\n'


@pytest.fixture
def two(corp: Organization, home: Path, store: str) -> Iterator[tuple[App, App]]:
    """Ana's and Bo's programs on one store, each with a token of its own and sending on."""
    text = f'[policy]\ncapabilities = ["read", "label", "draft", "send"]\n[google]\nquota = "off"\n{store}'
    (home / "config.toml").write_text(text, encoding="utf-8")
    apps = []
    for server in corp.people.values():
        environment = {"MAILREEVE_GOOGLE_BASE": server.base_url, "MAILREEVE_GOOGLE_TOKEN": server.token}
        apps.append(App(config.load(environment, home), only=server.account))
    yield apps[0], apps[1]
    for app in apps:
        app.close()


async def test_one_owner_can_never_see_or_approve_the_proposals_of_another(
    corp: Organization, two: tuple[App, App]
) -> None:
    """Ana's proposal, by its id and digest, through Bo's gate, list, tools and page: not there; nothing is sent."""
    hers, his = two
    ana, bo = hers.mailbox(), his.mailbox()
    made = drafting.draft(
        ana, kind="new", to=["kim@x.example"], subject="Secret plan", body="The plan.", cancel=Cancel()
    )
    sending.propose(ana, made["draft_id"])
    proposal = ana.gate.get(ana.gate.waiting()[0].id)
    for act in (
        lambda: bo.gate.get(proposal.id),
        lambda: bo.gate.approve(proposal.id, proposal.digest, "page", "bo"),
        lambda: bo.gate.reject(proposal.id, "no"),
        lambda: bo.gate.cancel(proposal.id),
        lambda: bo.gate.execute(proposal.id),
        lambda: bo.gate.settle_unknown(proposal.id, sent=True),
        lambda: sending.propose(bo, made["draft_id"]),
    ):
        with pytest.raises((InputError, GateError, MailreeveError)):
            act()
    assert [] == waiting(bo, history=True, cancel=Cancel())["proposals"]
    assert () == bo.gate.deliver_due()
    async with Client(build(his)) as client:
        answers = [
            await client.call_tool("send_mail", {"draft_id": made["draft_id"]}),
            await client.call_tool("send_mail", {"draft_id": made["draft_id"], "account": ANA}),
            await client.call_tool("review", {}),
        ]
    assert [True, True, False] == [bool(one.is_error) for one in answers]
    assert all("Secret plan" not in str(one) for one in answers)
    page = ReviewServer(bo)
    page.start()
    browser = Browser(page.url_for())
    for path in (f"/proposal/{proposal.id}", f"/draft/{made['draft_id']}"):
        assert browser.get(path).status in {400, 404}
        assert "Secret plan" not in browser.get(path).text
    assert "Secret plan" not in browser.get("/").text
    page.stop()
    assert proposal == ana.gate.get(proposal.id)
    assert [] == corp.people[ANA].sent()
    assert [] == corp.people[BO].sent()


@pytest.fixture
def bo_at_the_terminal(corp: Organization, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of Bo's command line on the shared store."""
    monkeypatch.setenv("MAILREEVE_HOME", str(home))
    monkeypatch.setenv("MAILREEVE_GOOGLE_BASE", corp.people[BO].base_url)
    monkeypatch.setenv("MAILREEVE_GOOGLE_TOKEN", corp.people[BO].token)


@pytest.mark.usefixtures("bo_at_the_terminal")
def test_one_owners_command_line_cannot_reach_the_proposals_of_another(
    corp: Organization, two: tuple[App, App], capfd: pytest.CaptureFixture[str]
) -> None:
    """Listing, withdrawing, sending, naming Ana as the account, the outbox: nothing of hers, nothing sent."""
    ana = two[0].mailbox()
    made = drafting.draft(
        ana, kind="new", to=["kim@x.example"], subject="Secret plan", body="The plan.", cancel=Cancel()
    )
    sending.propose(ana, made["draft_id"])
    proposal = ana.gate.get(ana.gate.waiting()[0].id)
    capfd.readouterr()
    for line, code in (
        ("review --json", 0),
        ("review --all --json", 0),
        (f"review cancel {proposal.id}", 2),
        (f"send {made['draft_id']}", 1),
        (f"--account {ANA} send {made['draft_id']}", 2),
        (f"--account {ANA} review --json", 2),
        (f"undo {proposal.id}", 2),
        ("outbox --json", 0),
        ("digest --json", 0),
        ("runs --json", 0),
    ):
        assert (line, code) == (line, run(line.split()))
        told = "".join(capfd.readouterr())
        assert (line, False) == (line, "Secret plan" in told or "kim@x.example" in told)
    assert proposal == ana.gate.get(proposal.id)
    assert [[], []] == [server.sent() for server in corp.people.values()]
