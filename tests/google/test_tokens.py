"""Where logins are kept."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.errors import PasswordDeleteError
from tests.logins import Ring

from mailreeve.errors import ConfigError, LoginNeeded, StoreError
from mailreeve.google.tokens import SERVICE, StoredToken, TokenStore, system_keyring

ME = "me@example.org"
TOKEN = StoredToken(ME, "1//refresh-secret", "client", "GOCSPX-secret", ("scope-a", "scope-b"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def test_a_login_comes_back_from_a_file(folder: Path) -> None:
    """Without a keyring a file keeps it, whatever the case of the address."""
    store = TokenStore(folder)
    assert TOKEN == store.login(TOKEN)
    assert TOKEN == TokenStore(folder).load("Me@Example.org")
    assert 1 == len(files(folder))


def test_a_login_comes_back_from_the_keyring(folder: Path) -> None:
    """With a keyring no file holds a secret."""
    ring = Ring()
    TokenStore(folder, ring).login(TOKEN)
    assert [(SERVICE, ME)] == list(ring.kept)
    assert [] == files(folder)
    assert TOKEN == TokenStore(folder, ring).load(ME)


@pytest.mark.usefixtures("open_umask")
def test_the_file_is_private_even_under_an_open_umask(folder: Path) -> None:
    """0600 in a 0700 folder, with umask 0, after a login and after a rotation."""
    store = TokenStore(folder)
    store.login(TOKEN)
    store.rotated(store.load(ME), "1//second")
    assert [0o600] == [stat.S_IMODE(file.stat().st_mode) for file in files(folder)]
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert [] == [file.name for file in folder.iterdir() if file.suffix not in {".json", ".lock"}]
    assert [0] == [file.stat().st_size for file in folder.glob("*.lock")]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666])
def test_a_file_that_others_can_read_is_refused(folder: Path, mode: int) -> None:
    """It may have been copied: the person is told, and nothing is sent with it."""
    store = TokenStore(folder)
    store.login(TOKEN)
    files(folder)[0].chmod(mode)
    with pytest.raises(ConfigError, match="Other users") as caught:
        store.load(ME)
    assert "secret" not in str(caught.value)


def test_a_locked_keyring_falls_back_to_the_file(folder: Path) -> None:
    """Kept in the file when the keyring fails; found there while it still fails."""
    ring = Ring()
    ring.broken = True
    store = TokenStore(folder, ring)
    store.login(TOKEN)
    assert TOKEN == store.load(ME)
    assert 1 == len(files(folder))


def test_the_newer_of_two_places_counts(folder: Path) -> None:
    """An old login in the keyring does not hide a newer one in the file, and the next login tidies up."""
    ring = Ring()
    store = TokenStore(folder, ring)
    store.login(TOKEN)
    ring.broken = True
    TokenStore(folder).login(TOKEN)
    TokenStore(folder).login(replace(TOKEN, refresh_token="1//newer"))
    ring.broken = False
    assert "1//newer" == store.load(ME).refresh_token
    newest = store.login(replace(TOKEN, refresh_token="1//newest"))
    assert (3, []) == (newest.generation, files(folder))
    assert newest == store.load(ME)


def test_without_a_login_the_person_is_told(folder: Path) -> None:
    """LoginNeeded, with the command to run; `find` says None."""
    with pytest.raises(LoginNeeded, match="no login"):
        TokenStore(folder).load(ME)
    assert TokenStore(folder, Ring()).find(ME) is None


def test_accounts_are_kept_apart(folder: Path) -> None:
    """Two accounts, two logins; a file under the wrong name is not taken."""
    store = TokenStore(folder)
    store.login(TOKEN)
    store.login(replace(TOKEN, account="you@example.org", refresh_token="1//you"))
    assert ["1//refresh-secret", "1//you"] == [store.load(a).refresh_token for a in (ME, "you@example.org")]
    mine, yours = (store._file(a) for a in (ME, "you@example.org"))
    mine.write_bytes(yours.read_bytes())
    with pytest.raises(LoginNeeded, match="damaged"):
        store.load(ME)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b@example.org", "x" * 500 + "@example.org", "\x00@x"]
)
def test_an_address_is_never_a_path(folder: Path, name: str) -> None:
    """Whatever Google calls the account, the file lies in the folder."""
    store = TokenStore(folder)
    store.login(replace(TOKEN, account=name))
    assert {folder} == {file.resolve().parent for file in files(folder)}
    assert name == store.load(name).account


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"account": "me@example.org"}',
        "[" * 100_000,
        json.dumps({"account": ME, "refresh_token": 3, "client_id": "", "client_secret": "", "scopes": []}),
    ],
)
def test_a_damaged_login_needs_a_new_one(folder: Path, text: str) -> None:
    """Half a file or a foreign one is LoginNeeded, in both places, and holds no secret."""
    ring = Ring()
    store = TokenStore(folder)
    store.login(TOKEN)
    files(folder)[0].write_text(text)
    ring.kept[SERVICE, ME] = text or "{"
    with pytest.raises(LoginNeeded):
        store.load(ME)
    with pytest.raises(LoginNeeded):
        TokenStore(folder / "other", ring).load(ME)


def test_a_new_login_replaces_a_damaged_one(folder: Path) -> None:
    """Logging in again is the advice, so it works."""
    store = TokenStore(folder)
    store.login(TOKEN)
    files(folder)[0].write_text("{")
    store.login(TOKEN)
    assert TOKEN == store.load(ME)


def test_a_rotated_token_is_kept_and_an_older_one_never_wins(folder: Path) -> None:
    """The late answer of a slower renewal leaves the newer login alone."""
    store = TokenStore(folder)
    first = store.login(TOKEN)
    second = store.rotated(first, "1//second")
    assert (2, "1//second") == (second.generation, store.load(ME).refresh_token)
    store.rotated(first, "1//late")
    assert "1//second" == store.load(ME).refresh_token
    store.login(replace(TOKEN, refresh_token="1//new login"))
    store.rotated(second, "1//later still")
    assert "1//new login" == store.load(ME).refresh_token


def test_a_renewal_does_not_bring_a_deleted_login_back(folder: Path) -> None:
    """After logout a renewal that was under way writes nothing."""
    store = TokenStore(folder)
    kept = store.login(TOKEN)
    store.delete(ME)
    store.rotated(kept, "1//ghost")
    assert store.find(ME) is None


def test_deleting_forgets_both_places(folder: Path) -> None:
    """Keyring and file; deleting twice is no error."""
    ring = Ring()
    TokenStore(folder).login(TOKEN)
    store = TokenStore(folder, ring)
    ring.kept[SERVICE, ME] = files(folder)[0].read_text()
    store.delete(ME)
    store.delete(ME)
    assert ({}, []) == (ring.kept, files(folder))


def test_a_keyring_that_does_not_delete_is_told(folder: Path) -> None:
    """A login that stays behind is not hidden."""

    class Stubborn(Ring):
        def delete_password(self, service: str, username: str) -> None:
            raise PasswordDeleteError("no")

    ring = Stubborn()
    store = TokenStore(folder, ring)
    store.login(TOKEN)
    with pytest.raises(StoreError, match="did not delete"):
        store.delete(ME)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file in the place of the folder is an error of the store, not a traceback."""
    place = tmp_path / "tokens"
    place.write_text("")
    with pytest.raises(StoreError):
        TokenStore(place).login(TOKEN)


def test_secrets_are_not_shown() -> None:
    """A login in a log or a traceback holds neither token nor client secret."""
    assert "secret" not in repr(TOKEN)


def test_one_holds_the_lock_at_a_time(folder: Path) -> None:
    """Eight threads with a store each: never two inside."""
    inside, most, guard = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal inside, most
        with TokenStore(folder).locked(ME):
            with guard:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.005)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    assert 1 == most


def test_a_keyring_that_keeps_nothing_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The null and the fail backend count as none: then the private file is the place."""
    import keyring

    assert system_keyring() is None
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    try:
        assert ring is system_keyring()
        ring.priority = 0.5  # such as the plain-text file of keyrings.alt
        assert system_keyring() is None
    finally:
        keyring.set_keyring(before)
