"""Where logins are kept: the system's keyring, or a private file where there is none.

Only the refresh token and what belongs to it is kept; access tokens live in memory. Any program that runs
as the same user can read either place: that is a limit of desktop systems, not of this file.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from mailreeve.errors import AlreadyRunning, ConfigError, LoginNeeded, StoreError
from mailreeve.platform import exclusive, is_private, write_private

SERVICE = "mailreeve"
PATIENCE = 60.0
"""Seconds to wait for another process that renews the same login."""


@dataclass(frozen=True, slots=True)
class StoredToken:
    """One login."""

    account: str
    """The address that Google told, in lower case."""
    refresh_token: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]
    """What the person granted."""
    generation: int = 1
    """Rises with every login and every rotation; the higher one is right."""


class Keyring(Protocol):
    """What is used of a keyring backend (the `keyring` package)."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""


def system_keyring() -> Keyring | None:
    """The system's keyring, or None: no backend, a null one, or one that stores plain text."""
    import keyring

    backend: Any = keyring.get_keyring()
    return backend if backend.priority >= 1 else None


class TokenStore:
    """Logins by account."""

    def __init__(self, folder: Path, keyring: Keyring | None = None) -> None:
        """`keyring` comes from `system_keyring()`; without one the files in `folder` are used."""
        self._folder = folder
        self._keyring = keyring

    @contextmanager
    def locked(self, account: str) -> Iterator[None]:
        """Hold the login against other threads and processes: to renew it, or to replace it."""
        with ExitStack() as held:
            self._hold(held, account)
            yield

    def _hold(self, held: ExitStack, account: str) -> None:
        lock = self._file(account).with_suffix(".lock")
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                held.enter_context(exclusive(lock, f"renewing the login of {account}"))
            except AlreadyRunning:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            except OSError as error:
                raise self._unwritable(error) from None
            else:
                return

    def load(self, account: str) -> StoredToken:
        """The login of an account, the newer one if both places have one. Raises LoginNeeded."""
        found = [token for token in (self._from_keyring(account), self._from_file(account)) if token]
        if not found:
            raise LoginNeeded(f"There is no login for {account} on this machine.")
        return max(found, key=lambda token: token.generation)

    def find(self, account: str) -> StoredToken | None:
        """The login of an account, or None."""
        try:
            return self.load(account)
        except LoginNeeded:
            return None

    def place(self, account: str) -> str:
        """Where the login of an account lies: `keyring`, the path of its file, or nowhere (empty).

        Raises what `load` raises for a login that cannot be read.
        """
        kept, filed = self._from_keyring(account), self._from_file(account)
        if kept and (filed is None or kept.generation >= filed.generation):
            return "keyring"
        return str(self._file(account)) if filed else ""

    def login(self, token: StoredToken) -> StoredToken:
        """Keep a new login in place of the old one; returns it as it was kept."""
        with self.locked(token.account):
            old = self.find(token.account)
            newest = replace(token, generation=old.generation + 1 if old else 1)
            self._write(newest)
        return newest

    def rotated(self, old: StoredToken, refresh_token: str) -> StoredToken:
        """Keep the refresh token that Google gave in place of the old one; call it while `locked`.

        A login that is newer than `old`, or that was deleted meanwhile, stays as it is.
        """
        newest = replace(old, refresh_token=refresh_token, generation=old.generation + 1)
        kept = self.find(old.account)
        if kept is not None and kept.generation == old.generation:
            self._write(newest)
        return newest

    def delete(self, account: str) -> None:
        """Forget a login in both places; it is not revoked at Google by that."""
        from keyring.errors import KeyringError

        with self.locked(account):
            self._file(account).unlink(missing_ok=True)
            if self._keyring and self._keyring_text(account):
                try:
                    self._keyring.delete_password(SERVICE, _key(account))
                except KeyringError:
                    raise StoreError(
                        f"The keyring did not delete the login of {account}.",
                        f'Delete the entry "{SERVICE}" in your keyring by hand.',
                    ) from None

    def _file(self, account: str) -> Path:
        return self._folder / f"{hashlib.sha256(_key(account).encode()).hexdigest()[:32]}.json"

    def _write(self, token: StoredToken) -> None:
        from keyring.errors import KeyringError

        text = json.dumps(asdict(token))
        file = self._file(token.account)
        if self._keyring:
            try:
                self._keyring.set_password(SERVICE, _key(token.account), text)
            except KeyringError:
                pass  # a locked or broken keyring: the file below is the documented second place
            else:
                file.unlink(missing_ok=True)
                return
        try:
            write_private(file, text.encode())
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"The login could not be kept in {self._folder}: {error.strerror}.",
            "Free some space or correct the permissions, then run `mailreeve login`.",
        )

    def _keyring_text(self, account: str) -> str | None:
        from keyring.errors import KeyringError

        try:
            return self._keyring.get_password(SERVICE, _key(account)) if self._keyring else None
        except KeyringError:
            return None

    def _from_keyring(self, account: str) -> StoredToken | None:
        text = self._keyring_text(account)
        return _parse(text, account) if text else None

    def _from_file(self, account: str) -> StoredToken | None:
        file = self._file(account)
        try:
            if not is_private(file):
                raise ConfigError(
                    f"Other users of this machine can read the login in {file}.",
                    "Delete it, remove Mailreeve at https://myaccount.google.com/connections, and log in"
                    " again: the login may have been copied.",
                )
            return _parse(file.read_text(encoding="utf-8"), account)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise LoginNeeded(f"The login in {file} cannot be read.") from None


def _key(account: str) -> str:
    return account.lower()


def _parse(text: str, account: str) -> StoredToken:
    try:
        values = json.loads(text)
        token = StoredToken(**{**values, "scopes": tuple(values["scopes"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        raise LoginNeeded(f"The stored login of {account} is damaged.") from None
    texts = (token.account, token.refresh_token, token.client_id, token.client_secret)
    if not all(isinstance(text, str) for text in texts) or token.account != _key(account):
        raise LoginNeeded(f"The stored login of {account} is damaged.")
    return token
