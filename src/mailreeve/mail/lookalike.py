"""Whether an address imitates a known one: the same to the eye (UTS #39, skeletons), or one letter off."""

import contextlib
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from mailreeve.mail import addresses

_SHORTEST = 5
"""Letters of a name before one letter off says anything."""

# Latin letters and what looks like them; `i` counts as `l` because a capital I does.
_TWINS = {
    "a": "аαạ", "b": "ьвβ", "c": "сϲ", "d": "ԁ", "e": "еєҽ", "g": "ɡց", "h": "һн", "j": "ј", "k": "кκ",
    "l": "iіιıӏℓ1|", "m": "м", "n": "ηпո", "o": "оοσօ0", "p": "рρ", "q": "ԛ", "r": "гr", "s": "ѕ5ꜱ", "t": "тτ",
    "u": "υսц", "v": "νѵ", "w": "ωԝшա", "x": "хχ", "y": "уүγ",
}  # fmt: skip
_TABLE = str.maketrans({twin: letter for letter, twins in _TWINS.items() for twin in twins})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
# Mail providers whose names are close to each other on their own.
_PROVIDERS = frozenset(
    ("gmail.com", "ymail.com", "mail.com", "email.com", "gmx.com", "gmx.net", "gmx.de", "gmx.at", "hotmail.com",
     "hotmail.co.uk", "hotmail.fr", "outlook.com", "live.com", "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com")
)  # fmt: skip


def imitated(address: str, name: str, known: Collection[str]) -> str:
    """The known address or domain that this address, or its display name, imitates; empty for none."""
    mine = addresses.key(address)
    contacts = {addresses.key(one) for one in known}
    if not mine or mine in contacts:
        return ""
    claimed = addresses.key(name.strip("\"' <>"))
    if claimed in contacts:
        return claimed
    local, _, domain = mine.rpartition("@")
    domains = {one.rpartition("@")[2] for one in contacts} - {""}
    if domain not in domains and domain not in _PROVIDERS:
        return next((one for one in sorted(domains) if _imitates(domain, one)), "")
    for one in sorted(contacts):
        other, _, host = one.rpartition("@")
        if host == domain and (skeleton(local) == skeleton(other) or _one_off(local, other)):
            return one
    return ""


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """What the text looks like: punycode decoded, accents and case dropped, twins replaced."""
    shown = ".".join(_decoded(label) for label in text.lower().split("."))
    plain = unicodedata.normalize("NFKD", shown)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold().translate(_TABLE)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def _imitates(domain: str, known: str) -> bool:
    if domain.endswith(f".{known}") or known.endswith(f".{domain}"):
        return False  # the same owner
    if skeleton(domain) == skeleton(known) or domain.startswith(f"{known}."):
        return True
    return len(known.partition(".")[0]) >= _SHORTEST and _one_off(skeleton(domain), skeleton(known))


def _one_off(one: str, other: str) -> bool:
    """True when one letter was changed, added, dropped, or swapped with its neighbour."""
    if len(one) > len(other):
        one, other = other, one
    if one == other or len(other) - len(one) > 1 or len(one) < _SHORTEST:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return swapped or one[at + 1 :] == other[at + 1 :]


def _decoded(label: str) -> str:
    if label.startswith("xn--"):
        with contextlib.suppress(UnicodeError):
            return label[4:].encode("ascii").decode("punycode")
    return label
