"""The doctor in sound and in broken worlds: it says what is wrong and how to mend it, and never raises."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests import logins
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm, status
from tests.service.conftest import Open, log_in

from mailreeve import config
from mailreeve.app import App
from mailreeve.config import home_folder
from mailreeve.google.scopes import READONLY
from mailreeve.google.tokens import StoredToken
from mailreeve.service.answers import Check, DoctorAnswer
from mailreeve.service.doctor import doctor
from mailreeve.store.accounts import Account
from mailreeve.store.runs import Runs, RunState


def examine(app: App, **options: Any) -> DoctorAnswer:
    return doctor(app.config.home, lambda: app, **options)


def check(answer: DoctorAnswer, name: str) -> Check:
    """The one check whose name begins so."""
    (found,) = [check for check in answer["checks"] if check["name"].startswith(name)]
    return found


def failed(answer: DoctorAnswer) -> list[str]:
    return [check["name"].partition(" ")[0] for check in answer["checks"] if not check["ok"]]


def assert_mendable(answer: DoctorAnswer) -> None:
    """The exact shape, and a way to mend for each failure."""
    assert {"ok", "checks"} == set(answer)
    for one in answer["checks"]:
        assert {"name", "ok", "detail", "fix"} == set(one)
        assert one["detail"]
        assert bool(one["fix"]) is not one["ok"], one
    assert answer["ok"] is (failed(answer) == [])


def test_in_a_sound_world_all_is_in_order(app: App, sandbox: SandboxServer) -> None:
    """Logged in and online, every check passes, and those of the account carry its address."""
    answer = examine(app)
    assert_mendable(answer)
    assert [] == failed(answer)
    names = [one["name"] for one in answer["checks"]]
    general = ["python", "home", "disk", "config", "database", "keyring", "model", "tokens"]
    assert [*general, "google", "clock", "quota", "oauth client", "account"] == names[:13]
    account = ["login", "permissions", "mailbox", "labels", "last run", "nights", "watch"]
    assert [*(f"{name} {sandbox.account}" for name in account), "audit"] == names[13:]


def test_before_the_first_login_it_says_what_to_do_and_makes_nothing(open_app: Open, home: Path) -> None:
    """On a new machine the account is missing, and looking leaves no database behind."""
    answer = examine(open_app())
    assert_mendable(answer)
    assert ["account"] == failed(answer)
    assert "mailreeve login" in check(answer, "account")["fix"]
    assert ["config.toml"] == [file.name for file in home.iterdir()]


def test_without_an_oauth_client_the_guide_is_named(sandbox: SandboxServer, home: Path) -> None:
    """Where no client file is set the first step of the guide is the fix; a home that is not there is no fault."""
    app = App(config.load({"MAILREEVE_GOOGLE_BASE": sandbox.base_url, "MAILREEVE_HOME": str(home)}))
    answer = examine(app)
    assert_mendable(answer)
    assert ["oauth", "account"] == failed(answer)
    assert "docs/connect-gmail.md" in check(answer, "oauth client")["fix"]
    assert not home.exists()


def test_broken_settings_are_told_and_the_rest_that_needs_none_is_looked_at(
    open_app: Open, home: Path
) -> None:
    """A wrong key ends with one failure that names it."""
    logins.settings(home, "http://127.0.0.1:9", {"llm": 'modell = "x"\n'})
    answer = doctor(home, lambda: App(config.load(os.environ)))
    assert_mendable(answer)
    assert ["config"] == failed(answer)
    assert "llm.modell: unknown key" in check(answer, "config")["detail"]


def test_an_unknown_time_zone_is_a_failure_of_the_settings(open_app: Open) -> None:
    """What the settings' form allows and the machine does not know is found too."""
    answer = examine(open_app(user='timezone = "Mars/Olympus"\n'))
    assert ["config"] == failed(answer)
    assert "Europe/Berlin" in check(answer, "config")["fix"]


def test_a_home_that_is_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home and settings cannot be read: both say so, and nothing raises."""
    home = tmp_path / "home"
    home.write_text("not a folder", encoding="utf-8")
    answer = doctor(home_folder(), lambda: App(config.load(os.environ)))
    assert_mendable(answer)
    assert ["home", "config"] == failed(answer)


def test_a_home_open_to_others_is_told(app: App, home: Path) -> None:
    """The fix is the command that closes it."""
    home.chmod(0o755)
    found = check(examine(app), "home")
    assert (False, f"Run: chmod 700 {home}") == (found["ok"], found["fix"])


def test_a_damaged_database_is_told(open_app: Open, home: Path) -> None:
    """What needs the database is left out, and the rest is looked at."""
    app = open_app()
    (home / "mailreeve.db").write_bytes(b"this is no database" * 300)
    answer = examine(app)
    assert_mendable(answer)
    assert ["database", "account"] == failed(answer)


def test_a_locked_keyring_is_told(open_app: Open) -> None:
    """A keyring that opens is named; one that does not is a failure with a way out."""
    app = open_app()
    ring = logins.Ring()
    app.keyring = ring
    log_in(app)
    answer = examine(app)
    assert [] == failed(answer)
    assert "keyring" in check(answer, "login")["detail"]
    assert "anchor: keyring" in check(answer, "audit")["detail"]
    ring.broken = True
    answer = examine(app)
    assert_mendable(answer)
    assert {"keyring", "login", "audit"} <= set(failed(answer))


def test_a_dead_login_is_told_with_the_seven_days(app: App, sandbox: SandboxServer) -> None:
    """A refresh token that Google no longer takes leads to a new login and names the usual cause."""
    token = app.tokens.load(sandbox.account)
    sandbox.call("POST", "/revoke", f"token={token.refresh_token}".encode())
    answer = examine(app)
    assert_mendable(answer)
    assert ["mailbox"] == failed(answer)
    assert "invalid_grant" in check(answer, "mailbox")["detail"]
    assert "seven days" in check(answer, "mailbox")["fix"]


def test_a_login_that_is_gone_is_told(app: App, home: Path) -> None:
    """An account without its token needs a login, and is not asked about further."""
    next(home.glob("tokens/*.json")).unlink()
    answer = examine(app)
    assert_mendable(answer)
    assert ["login"] == failed(answer)
    assert not any(one["name"].startswith("mailbox") for one in answer["checks"])


def test_a_login_that_others_can_read_is_told(app: App, home: Path) -> None:
    """A token file of mode 0644 may have been copied."""
    next(home.glob("tokens/*.json")).chmod(0o644)
    answer = examine(app)
    assert_mendable(answer)
    assert ["login"] == failed(answer)


def test_permissions_that_were_not_granted_are_told(open_app: Open, sandbox: SandboxServer) -> None:
    """The settings wish for drafts, the login does not cover them."""
    sandbox.consent(scopes=[READONLY])
    app = open_app(policy='capabilities = ["read", "draft"]')
    log_in(app)
    answer = examine(app)
    assert ["permissions"] == failed(answer)
    assert "draft" in check(answer, "permissions")["detail"]


def test_a_login_of_somebody_else_is_told(app: App, sandbox: SandboxServer) -> None:
    """A token that was put in another account's place is found out by asking Gmail."""
    token = app.tokens.load(sandbox.account)
    other = StoredToken(
        "other@example.org", token.refresh_token, token.client_id, token.client_secret, token.scopes
    )
    app.tokens.login(other)
    app.accounts.put(Account("other@example.org", scopes=token.scopes))
    answer = examine(app)
    assert ["mailbox other@example.org"] == [one["name"] for one in answer["checks"] if not one["ok"]]
    assert [] == failed(examine(app, account=sandbox.account))


def test_google_out_of_reach_is_told_at_once(app: App, sandbox: SandboxServer) -> None:
    """Offline what cannot be asked is said to be so, and what is here is still looked at."""
    sandbox.stop()
    answer = examine(app)
    assert_mendable(answer)
    assert ["google", "mailbox"] == failed(answer)
    assert "Not asked." == check(answer, "mailbox")["detail"]
    assert check(answer, "login")["ok"]


def test_the_sign_in_page_of_a_network_is_recognized(app: App, sandbox: SandboxServer) -> None:
    """A captive portal answers in Google's place."""
    sandbox.faults([{"path": "/gmail/", "kind": "html"}])
    answer = examine(app)
    assert "did not come from the Gmail API" in check(answer, "google")["detail"]
    assert_mendable(answer)


@pytest.mark.parametrize(("moved", "said"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_wrong_clock_is_told(app: App, sandbox: SandboxServer, moved: float, said: str) -> None:
    """More than two minutes from Google's time is a failure; the direction is told."""
    sandbox.clock(advance=moved)
    found = check(examine(app), "clock")
    assert (False, True) == (found["ok"], said in found["detail"])
    sandbox.clock(advance=-moved + 90 * (1 if moved > 0 else -1))
    assert check(examine(app), "clock")["ok"]


def test_a_ready_token_is_looked_at_without_a_login(
    sandbox: SandboxServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an access token from outside no client and no login is asked for; a dead one is told."""
    monkeypatch.setenv("MAILREEVE_GOOGLE_BASE", sandbox.base_url)
    monkeypatch.setenv("MAILREEVE_GOOGLE_TOKEN", sandbox.token)
    app = App(config.load(os.environ))
    answer = examine(app)
    app.close()
    assert_mendable(answer)
    assert [] == failed(answer)
    assert sandbox.token not in json.dumps(answer)
    monkeypatch.setenv("MAILREEVE_GOOGLE_TOKEN", "ya29.dead")
    app = App(config.load(os.environ))
    answer = examine(app)
    app.close()
    assert ["account"] == failed(answer)


# --- the last run and the audit ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "is_fine"), [(RunState.DONE, True), (RunState.PARTIAL, False), (RunState.INTERRUPTED, False)]
)
def test_how_the_last_run_ended_is_told(
    app: App, sandbox: SandboxServer, state: RunState, is_fine: bool
) -> None:
    """A run with failures, or one that died, is a finding; its coverage is shown."""
    runs = Runs(app.db, sandbox.account)
    runs.finish(runs.begin(), state, {"seen": 7, "failed": ["a", "b"], "needs_human": ["c"]})
    answer = examine(app)
    assert_mendable(answer)
    found = check(answer, "last run")
    assert (is_fine, True) == (found["ok"], "7 seen, 1 need you, 2 failed" in found["detail"])


def test_a_broken_audit_is_told(app: App) -> None:
    """A changed row of the log shows."""
    app.db.execute("drop trigger audit_no_update")
    app.db.execute("update audit set event = 'nothing' where seq = 1")
    answer = examine(app)
    assert_mendable(answer)
    assert ["audit"] == failed(answer)
    assert "broken at row 1" in check(answer, "audit")["detail"]


# --- the model --------------------------------------------------------------------------------------


@contextmanager
def listing(status_code: int, body: bytes) -> Iterator[str]:
    """A model server that answers GET /models so; its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status_code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def models(*names: str) -> bytes:
    return json.dumps(
        {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    ).encode()


@pytest.mark.parametrize(
    ("status_code", "body", "is_fine", "said"),
    [
        (200, models("small", "large"), True, "small at 127.0.0.1"),
        (200, models("small:latest"), True, "small at 127.0.0.1"),
        (200, models("tiny"), False, "does not list small; it lists: tiny"),
        (200, b"<html>", True, "does not list its models"),
        (404, b"", True, "does not list its models"),
        (401, b"{}", False, "refused the key (401)"),
        (503, b"", False, "answered 503"),
    ],
)
def test_the_model_is_looked_for_without_cost(
    open_app: Open, status_code: int, body: bytes, is_fine: bool, said: str
) -> None:
    """The endpoint's list of models is asked for; a server that has none is reachable, and that is told."""
    with listing(status_code, body) as base:
        answer = examine(open_app(llm=f'base_url = "{base}"\nmodel = "small"\napi_key = "sk-canary-1234"\n'))
    found = check(answer, "model")
    assert (is_fine, True) == (found["ok"], said in found["detail"]), found
    assert "sk-canary" not in json.dumps(answer)


def test_a_model_that_is_down_is_told(open_app: Open) -> None:
    """Nobody listens: the address is told without what may be secret in it."""
    app = open_app(llm='base_url = "http://user:secret-canary@127.0.0.1:9/v1"\nmodel = "small"\n')
    answer = examine(app)
    found = check(answer, "model")
    assert (False, True) == (found["ok"], "127.0.0.1:9 cannot be reached" in found["detail"]), found
    assert "secret-canary" not in json.dumps(answer)


def test_half_of_the_models_settings_is_told(open_app: Open) -> None:
    """A model without an address would silently not be used."""
    assert not check(examine(open_app(llm='model = "small"\n')), "model")["ok"]


def test_the_model_is_asked_only_on_request_and_the_cost_is_told(
    open_app: Open, llm_server: ScriptedLlm
) -> None:
    """One small question in the form of a schema; tokens and cost are shown."""
    price = "price_in_per_million = 2.0\nprice_out_per_million = 10.0\n"
    app = open_app(llm=f'base_url = "{llm_server.base_url}"\nmodel = "small"\n{price}')
    examine(app)
    assert [] == llm_server.requests
    llm_server.says({"colour": "blue"}, usage=(50, 10))
    found = check(examine(app, ask_model=True), "model")
    assert found["ok"], found
    assert "50 tokens in, 10 out, cost 0.000200" in found["detail"]
    assert 1 == len(llm_server.requests)


@pytest.mark.parametrize(
    ("content", "said"),
    [("The sky is blue.", "no JSON object"), ({"colour": "red"}, "does not fit"), ("", "empty")],
)
def test_a_model_that_cannot_answer_in_form_is_told(
    open_app: Open, llm_server: ScriptedLlm, content: Any, said: str
) -> None:
    """A model that does not keep to the schema would leave all mail to the person."""
    llm_server.says(content)
    app = open_app(llm=f'base_url = "{llm_server.base_url}"\nmodel = "small"\n')
    answer = examine(app, ask_model=True)
    found = check(answer, "model")
    assert (False, True) == (found["ok"], said in found["detail"]), found
    assert_mendable(answer)


def test_a_key_that_the_model_refuses_is_told(open_app: Open, llm_server: ScriptedLlm) -> None:
    """A wrong key is named as such, without the key."""
    llm_server.then(status(401))
    app = open_app(llm=f'base_url = "{llm_server.base_url}"\nmodel = "small"\napi_key = "sk-canary-1234"\n')
    answer = examine(app, ask_model=True)
    assert "refused the key" in check(answer, "model")["detail"]
    assert "sk-canary" not in json.dumps(answer)


def test_a_check_that_breaks_is_a_finding(app: App, sandbox: SandboxServer) -> None:
    """What nobody foresaw in one check is told, and the others go on."""
    Runs(app.db, sandbox.account).begin()
    app.db.execute("update run set result = '{'")
    answer = examine(app)
    assert_mendable(answer)
    assert ["last"] == failed(answer)
    assert "The check itself broke: JSONDecodeError." == check(answer, "last run")["detail"]
    assert check(answer, "audit")["ok"]


def test_search_by_meaning_is_looked_at_where_it_is_on(open_app: Open, llm_server: ScriptedLlm) -> None:
    """Off: no such check. On: it names the model; with a question it tells the length of a vector, or what is wrong."""
    assert "semantic" not in [one["name"] for one in doctor(Path("/"), open_app)["checks"]]
    app = open_app(semantic=f'model = "hashed"\nbase_url = "{llm_server.base_url}"\n')

    def told(*, ask: bool) -> tuple[bool, str]:
        found = doctor(Path("/"), lambda: app, ask_model=ask)["checks"]
        one = next(check for check in found if check["name"] == "semantic")
        return one["ok"], one["detail"]

    assert (True, True) == (told(ask=False)[0], "hashed at 127.0.0.1" in told(ask=False)[1])
    assert [] == llm_server.requests
    assert (True, True) == (told(ask=True)[0], "128 numbers" in told(ask=True)[1])
    llm_server.default = status(404)
    assert not told(ask=True)[0]
