"""The command `rules`, and a run that a wrong rules.toml stops."""

import os
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer

MBOX = """From a Mon Nov 23 08:00:00 2026
From: Ana <ana@good.example>
Subject: Your invoice

Amount due: 5.

From b Mon Nov 23 09:00:00 2026
From: "ana@good.example" <evil@bad.example>
Subject: Your invoice

Amount due: 500.

"""
RULES = """[[rule]]
id = "ana"
match = { from = "ana@good.example", subject = "invoice" }
do = { star = true }

[[rule]]
id = "asks"
match = { when = "It is about money." }
do = { star = true }
"""


@pytest.fixture
def home() -> Path:
    folder = Path(os.environ["MAILREEVE_HOME"])
    folder.mkdir(exist_ok=True)
    return folder


def write(home: Path, text: str) -> None:
    (home / "rules.toml").write_text(text, encoding="utf-8")


def test_rules_are_tried_on_a_file_without_an_account(run: Run, home: Path, tmp_path: Path) -> None:
    """Counts, samples, reasons and values taken out; what only a model could judge is counted as not judged."""
    write(home, RULES)
    box = tmp_path / "some.mbox"
    box.write_text(MBOX, encoding="utf-8")
    told = run("rules", "test", "--mbox", str(box), "--json").json
    assert (2, 1) == (told["seen"], told["touched"])
    assert [("ana", 1, 0), ("asks", 0, 2)] == [
        (one["id"], one["fired"], one["not_judged"]) for one in told["rules"]
    ]
    (sample,) = told["rules"][0]["samples"]
    assert ['from = "ana@good.example"', 'subject = "invoice"'] == sample["why"]
    shown = run("rules", "test", "--mbox", str(box))
    assert "ana: 1 mails -> star" in shown.out
    write(
        home,
        RULES.replace(
            "do = { star = true }", 'do = { star = true }\n[rule.extract]\ndue = "amount"\nday = "date"', 1
        ),
    )
    told = run("rules", "test", "--mbox", str(box), "--json").json
    assert {"due": None, "day": None} == told["rules"][0]["samples"][0]["extracted"]
    box.write_text(MBOX.replace("due: 5.", "due: EUR 5.50 on 2026-12-03"), encoding="utf-8")
    assert "due = 5.5, day = 2026-12-03" in run("rules", "test", "--mbox", str(box)).out


def test_list_and_check_need_no_account(run: Run, home: Path) -> None:
    """Both read the file; without one there are no rules."""
    assert [] == run("rules", "list", "--json").json["rules"]
    assert "No rules yet" in run("rules").out
    write(home, RULES)
    assert {"ok": True, "file": str(home / "rules.toml"), "rules": 2} == run("rules", "check", "--json").json
    assert 'ana: from = "ana@good.example"; subject = "invoice" -> star' in run("rules").out


def test_wrong_rules_stop_a_run_before_anything_is_changed(run: Run, demo: SandboxServer, home: Path) -> None:
    """Exit code 2, the line and the rule; undo and the digest still work."""
    before = demo.state()
    write(home, RULES.replace("star = true", "stra = true", 1))
    done = run("triage", "--yes", "--json")
    assert 2 == done.code
    assert "line 1, rule ana: do.stra is no action" in done.json["error"]["message"]
    assert 2 == run("rules", "check").code
    assert before == demo.state()
    assert 0 == run("digest").code
    write(home, RULES.replace('subject = "invoice"', 'labels = "Klients"'))
    done = run("triage", "--yes", "--json")
    assert (2, before) == (done.code, demo.state())
    assert "there is no label 'klients' in Gmail" in done.json["error"]["message"]


def test_past_mail_of_the_account_is_tried_and_explained(run: Run, demo: SandboxServer, home: Path) -> None:
    """`test` counts, `explain` says it condition by condition; neither changes anything."""
    hit = run("search", "in:inbox", "--limit", "1", "--json").json["hits"][0]
    address = hit["from"].rpartition("<")[2].strip(">")
    write(home, f"[[rule]]\nid='it'\nmatch={{ from='{address}', labels='inbox' }}\ndo={{ archive=true }}\n")
    before = demo.state()
    told = run("rules", "test", "--since", "1y", "--json").json
    assert 1 <= told["rules"][0]["fired"] == told["touched"] < told["seen"]
    why = run("rules", "explain", hit["id"], "--json").json
    assert [("it", "fires")] == [(one["id"], one["state"]) for one in why["rules"]]
    assert f'from = "{address}": holds' in why["rules"][0]["conditions"]
    assert 'labels = "inbox": holds' in run("rules", "explain", hit["id"]).out
    assert before == demo.state()
