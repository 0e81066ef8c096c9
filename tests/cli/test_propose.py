"""propose: another program asks on stdin, a person decides."""

import json
import os
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_compose import on_terminal
from tests.sandbox_server import SandboxServer


def test_a_program_asks_and_a_person_decides(run: Run, demo: SandboxServer, tmp_path: Path) -> None:
    """Exit code 5, once and again; while sending is off the draft is kept and that is said."""
    file = tmp_path / "wish.json"
    file.write_text(json.dumps({"key": "k1", "to": ["ana@example.org"], "subject": "Hi", "body": "Hello."}))
    asked = [run("propose", str(file), "--json") for _ in range(2)]
    assert [5, 5] == [one.code for one in asked]
    assert asked[0].json["draft_id"] == asked[1].json["draft_id"]
    assert [] == demo.sent()
    file.write_text("{")
    assert 2 == run("propose", str(file)).code


def test_a_key_is_made_by_a_person(run: Run, demo: SandboxServer) -> None:
    """Not by a program without a terminal; then it is listed without its key, and removed."""
    assert demo.base_url
    refused = run("systems", "add", "shop", "--json")
    assert (5, "NeedsPerson") == (refused.code, refused.json["error"]["kind"])
    code, shown = on_terminal("", "systems", "add", "shop")
    assert (0, True) == (code, "note it now" in shown)
    assert ["shop"] == [one["id"] for one in run("systems", "--json").json["systems"]]
    assert "mrk_" not in run("systems").out
    assert [0, 1] == [run("systems", "remove", "shop").code for _ in range(2)]


def test_a_template_is_agreed_to_by_a_person(run: Run, demo: SandboxServer) -> None:
    """On a terminal, after all of it was shown; a program without one gets exit code 5 and changes nothing."""
    (Path(os.environ["MAILREEVE_HOME"]) / "config.toml").write_text(
        '[policy]\ncapabilities = ["read", "draft", "send"]\n[[template]]\nid = "shipped"\nsystem = "shop"\n'
        'to = ["@example.org"]\nsubject = "Order {{ order }}"\nbody = "It has left."\n[template.fields]\norder = "[0-9]+"\n'
    )
    assert 2 == run("systems", "consent", "shipped").code
    on_terminal("", "systems", "add", "shop")
    assert 5 == run("systems", "consent", "shipped").code
    code, shown = on_terminal("yes", "systems", "consent", "shipped")
    assert (0, True, True) == (code, "It has left." in shown, "@example.org" in shown)
    assert [True] == [one["agreed"] for one in run("systems", "templates", "--json").json["templates"]]
    assert [0, 1] == [run("systems", "revoke", "shipped").code for _ in range(2)]
    assert "not agreed" in run("systems", "templates").out
    assert demo.base_url
