"""`mailreeve stats` on a terminal and as JSON."""

import json

import pytest

from mailreeve.cli.root import run


def test_bars_and_json_tell_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """On the demo: nothing first, then a bar for each day from the first with mail on."""
    assert 0 == run(["--demo", "stats"])
    assert "Nothing was sorted" in capsys.readouterr().out
    assert 0 == run(["--demo", "triage", "--since", "30d"])
    capsys.readouterr()
    assert 0 == run(["--demo", "stats", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert 0 == run(["--demo", "stats"])
    shown = capsys.readouterr().out
    assert f"{found['received']} mails, 1 run" in shown
    with_mail = [day for day in found["days"] if day["received"]]
    for day in with_mail:
        assert f"{day['date']} {day['received']:>5} " in shown
    earlier = [day for day in found["days"] if day["date"] < with_mail[0]["date"]]
    assert not any(day["date"] in shown.partition("Mail a day")[2] for day in earlier)
