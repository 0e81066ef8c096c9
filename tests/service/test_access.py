"""Who can get at the mail, in one answer, and taking it away."""

from collections.abc import Callable

import pytest
from tests.sandbox_server import SandboxServer
from tests.service.conftest import Open, log_in

from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, NotApproved
from mailreeve.service import access, drafting, sending


def test_an_account_is_shown_with_what_was_granted(open_app: Open) -> None:
    """Scopes in words, what the settings leave of them, the model's host without its key, and no destinations."""
    app = open_app(
        llm='base_url = "https://user:secret@models.example:8443/v1"\nmodel = "m1"\napi_key = "k"\n'
    )
    log_in(app)
    found = access.access(app)
    account = found["accounts"][0]
    assert "write drafts and send mail" in account["granted"][0]
    assert ["read", "label", "draft"] == account["capabilities"] == found["capabilities"]
    assert {"model": "m1", "host": "models.example:8443"} == found["model"]
    assert ([], [], []) == (found["destinations"], found["clients"], found["proposals"])
    assert any("can be faked" in note for note in found["notes"])


def test_a_home_without_a_login_shows_that(open_app: Open) -> None:
    """Nobody is logged in, no program was here, no model is set: nothing is asked for."""
    found = access.access(open_app())
    assert ([], [], {"model": "", "host": ""}) == (found["accounts"], found["clients"], found["model"])


def test_what_waits_to_leave_is_shown(sandbox: SandboxServer, open_box: Callable[..., Mailbox]) -> None:
    """An open question is listed with its recipients."""
    box = open_box(sandbox)
    made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
    pending = sending.propose(box, made["draft_id"])
    listed = access.access(box.app)["proposals"]
    assert [(pending.proposal_id, "proposed", ["ana@x.example"], "Hi")] == [
        (one["id"], one["state"], one["to"], one["subject"]) for one in listed
    ]


def test_revoking_an_account_logs_it_out(app: App) -> None:
    """Google no longer takes the login, and the account is no longer listed."""
    address = access.access(app)["accounts"][0]["address"]
    done = access.revoke(app, address.upper())
    assert ("account", address, "revoked") == (done["kind"], done["name"], done["status"])
    assert [] == access.access(app)["accounts"]


def test_a_program_is_noted_refused_and_let_in_again(app: App) -> None:
    """It stands there with its versions; after revoke it gets nothing, after allow it does."""
    access.admit(app, "Claude", "1.0", "2025-11-25")
    access.admit(app, "Claude", "1.1", "2026-07-28")
    (seen,) = access.access(app)["clients"]
    assert ("Claude", "1.1", "2026-07-28", False) == (
        seen["name"], seen["version"], seen["protocol"], seen["refused"],
    )  # fmt: skip
    assert seen["first_seen"] <= seen["last_seen"]
    assert "can be faked" in access.revoke(app, "Claude")["advice"]
    with pytest.raises(NotApproved):
        access.admit(app, "Claude", "1.1", "2026-07-28")
    access.admit(app, "Other", "1", "2026-07-28")
    access.allow(app, "Claude")
    access.admit(app, "Claude", "1.1", "2026-07-28")


def test_a_name_is_one_short_line(app: App) -> None:
    """Whatever a program calls itself, a list can show it."""
    access.admit(app, "a\r\nb\x1b[31m" + "c" * 500, "", "")
    access.admit(app, "", "", "")
    names = {one["name"] for one in access.access(app)["clients"]}
    assert "an unnamed client" in names
    assert all(len(name) <= access.NAME and name.isprintable() for name in names)


@pytest.mark.parametrize("change", [access.revoke, access.allow])
def test_an_unknown_name_is_an_error(app: App, change: Callable[[App, str], object]) -> None:
    """Nobody is refused by a typing error."""
    with pytest.raises(InputError):
        change(app, "Nobody")
