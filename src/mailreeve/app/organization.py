"""The people of an organization: whose mailboxes a service account serves, and with what rights."""

from pathlib import Path
from typing import TYPE_CHECKING

from mailreeve.config import Config
from mailreeve.errors import ConfigError
from mailreeve.store.accounts import Account

if TYPE_CHECKING:
    from mailreeve.google.delegation import ServiceKey

CAPABILITIES = ("read", "label", "draft")
"""Nothing is sent from a machine that no owner of a mailbox sits at."""


def accounts(config: Config) -> tuple[Account, ...]:
    """The mailboxes in the order that the settings name them, each once. Raises ConfigError."""
    from mailreeve.google.scopes import wanted

    able = tuple(name for name in CAPABILITIES if name in config.policy.capabilities)
    scopes, base = wanted(able), config.google.base or ""
    named = dict.fromkeys((*config.organization.mailboxes, *_from_file(config.organization.mailboxes_file)))
    if not named:
        raise ConfigError(
            "[organization] names no mailbox.", "Set mailboxes or mailboxes_file (docs/organization.md)."
        )
    return tuple(Account(address, base, scopes, able) for address in named)


class People:
    """The accounts of an organization, read anew when the settings' file of people is another one than before."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._mark: tuple[int, ...] | None = None
        self._every: tuple[Account, ...] = ()
        self._by_address: dict[str, Account] = {}

    def all(self) -> tuple[Account, ...]:
        """Everybody: the same tuple as long as nothing changes. Raises ConfigError."""
        self._look()
        return self._every

    def get(self, address: str) -> Account | None:
        """One of them, or None. Raises ConfigError."""
        self._look()
        return self._by_address.get(address)

    def _look(self) -> None:
        file = self._config.organization.mailboxes_file
        mark: tuple[int, ...] | None = ()
        if file:
            try:
                found = file.stat()
                mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            except OSError:
                mark = None  # reading it says what is wrong
        if mark is None or mark != self._mark:
            self._every = accounts(self._config)
            self._by_address = {one.address: one for one in self._every}
            self._mark = mark


def key(config: Config, other: Path | None = None) -> "ServiceKey":
    """The key of the service account, or of another one. Raises ConfigError."""
    from mailreeve.google.delegation import read_key

    file = other or config.organization.service_account
    assert file is not None  # noqa: S101 -- the caller asked `is_on`, or config/load.py demands it
    return read_key(file)


def _from_file(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(
            f"{file} cannot be read: {reason}.", "Correct [organization] mailboxes_file."
        ) from None
    found = [line.partition("#")[0].strip().lower() for line in lines]
    wrong = next((number for number, one in enumerate(found, 1) if one and not _is_address(one)), 0)
    if wrong:
        raise ConfigError(
            f"{file}, line {wrong}, is no address.", "Write one such as ana@example.com in a line."
        )
    return [one for one in found if one]


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    return (
        bool(local and at and domain)
        and "@" not in domain
        and not any(c.isspace() or c in '<>,;"' for c in text)
    )
