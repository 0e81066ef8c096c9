"""A PostgreSQL server of Debian's packages for the tests: a new cluster in a folder, on a Unix socket alone."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _program(name: str) -> str | None:
    found = (
        sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if Path("/usr/lib/postgresql").is_dir()
        else []
    )
    return str(found[-1]) if found else shutil.which(name)


def _run(command: list[str], folder: Path) -> None:
    """Run it in the folder; PostgreSQL refuses to run as root, and its package makes a user for it."""
    somebody = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*somebody, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)


@contextmanager
def running() -> Iterator[str]:
    """The libpq connection string of a running server; skips with the reason where there is none."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    folder = Path(
        tempfile.mkdtemp(prefix="mailreeve-pg-", dir="/tmp")
    )  # a socket's path is at most 107 bytes
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        _run([initdb, "-D", str(data), "-U", "mailreeve", "-A", "trust", "-E", "UTF8", "--no-sync"], folder)
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
        )
        log = ["-l", str(folder / "log")]
        _run([pg_ctl, "-D", str(data), "-w", "-o", options, *log, "start"], folder)
        try:
            yield f"host={folder} user=mailreeve dbname=postgres"
        finally:
            _run([pg_ctl, "-D", str(data), "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_schema(server: str) -> str:
    """A connection string whose tables lie in an empty schema of their own."""
    import psycopg
    from psycopg import sql

    name = f"t_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
    return f"{server} options='-c search_path={name}'"
