"""Records on the command line, over the demo mailbox."""

import csv
import io
import json
import mailbox
from pathlib import Path

from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_records_leave_in_three_forms(run: Run, demo: SandboxServer, tmp_path: Path) -> None:
    """The same threads as JSON Lines and as CSV, their messages as mbox; a file that is there stays."""
    assert 2 == run("records", "list").code  # there is no index yet
    assert 0 == run("sync").code
    found = run("records", "list", "saltmere", "--json").json
    assert {"diane.whitlock@saltmere-harbor.example", "sam.okafor@saltmere-harbor.example"} == {
        one["address"] for one in found["records"]
    }
    lines = [json.loads(line) for line in run("records", "export", "saltmere").out.splitlines()]
    assert found["records"] == lines
    rows = list(csv.DictReader(io.StringIO(run("records", "export", "saltmere", "--format", "csv").out)))
    assert [one["thread_id"] for one in lines] == [row["thread"] for row in rows]
    file = tmp_path / "saltmere.mbox"
    done = run("records", "export", "saltmere", "--format", "mbox", "--to", str(file))
    assert (0, "", f"Written: {file}.\n") == (done.code, done.out, done.err)
    read = mailbox.mbox(file)
    assert len({id_ for one in lines for id_ in one["message_ids"]}) == len(read)
    assert all("saltmere-harbor.example" in f"{one['from']} {one['to']} {one['cc']}" for one in read)
    read.close()
    assert 2 == run("records", "export", "--to", str(file)).code


def test_what_is_gone_is_told(run: Run, demo: SandboxServer) -> None:
    """A message that Gmail no longer has is named, and the export says that it is not whole."""
    run("sync")
    id_ = run("records", "list", "saltmere", "--json").json["records"][0]["message_ids"][0]
    demo.api("POST", f"/messages/{id_}/trash")
    with demo.state_file() as state:
        state.execute("delete from messages where id = ?", (id_,))
    done = run("records", "export", "saltmere", "--format", "mbox")
    assert (3, True) == (done.code, f"failed {id_}" in done.err)
