"""How a mail came to the owner: straight, through a mailing list, or otherwise past the named recipients.

Lists of today say so in headers (RFC 2369, RFC 2919). Older ones, and mail that was moved or forwarded, show it
only by their addresses, by the tag before the subject, and by the lines that the list adds below each post.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailreeve.mail import addresses
from mailreeve.models import Address, Message

_DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To")
_LIST_ADDRESS = re.compile(
    r"(?:[-_.](?:users?|talk|dev(?:el)?|list|l|announce|discuss(?:ion)?|commits?|workers|general|help|bugs|news|digest|interest|social|group|forum|liste|lista)|"
    r"(?:list|liste|lista|forum|verteiler))@|^(?:list|liste|verteiler)[-_.]\w+@|"
    r"@(?:[\w.-]+\.)?(?:lists?|groups?|mailman|listserv|listes|listas|yahoogroups|googlegroups|freelists)\.",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"^(?:(?:re|aw|fwd?|wg|tr|rv|sv|antw)(?:\[\d\])?\s*:\s*)*\[[\w .:/&+-]{2,30}\]\s*\S", re.IGNORECASE
)
_REPLY_MARK = re.compile(r"^(?:re|aw|sv|antw|rv)(?:\[\d\])?\s*:", re.IGNORECASE)
_FOOTER = re.compile(
    r"^(?:_{20,}|-{20,}|={20,})\s*\n[^\n]{0,80}(?:mailing list|mailingliste|liste de diffusion|lista de correo)|"
    r"\b(?:mailing list|mailingliste)\b[^\n]{0,60}\n?[^\n]{0,10}https?://\S+/(?:mailman/)?listinfo|/mailman/listinfo/|"
    r"to unsubscribe(?: from this (?:group|list))?, (?:send|e-?mail)|\blist maintainer:|-unsubscribe@|"
    r"yahoo! groups|\bpost (?:a )?message:",
    re.IGNORECASE | re.MULTILINE,
)
_FOOTER_WORDS = ("list", "unsubscribe", "groups", "post")
"""No footer is without one of them."""
_ROLE = re.compile(
    r"^(?:info|office|contact|kontakt|hello|support|service|sales|vertrieb|jobs|bewerbung|team|mail|post|buero|admin|accounts?|billing)(?:[+.-]|@)"
)


@dataclass(frozen=True, slots=True)
class Route:
    """What the addresses tell."""

    own: frozenset[str]
    """The owner's addresses: those known, and those to which this mail was delivered."""
    bypassed: bool
    """Recipients are named, and the owner is none of them."""
    through_list: bool
    """A mailing list passed it on, though no header of it says so."""


def of(message: Message, own: Collection[str]) -> Route:
    """The route of one mail; `own` are the owner's addresses in lower case, if they are known."""
    recipients = message.to + message.cc
    delivered = {key for key in _delivered(message) if not _LIST_ADDRESS.search(key)}
    mine = frozenset(own) | delivered
    mine |= {one.key for one in recipients if any(_same_person(one.key, key) for key in delivered)}
    in_to = any(one.key in mine for one in message.to)
    bypassed = bool(mine and recipients) and not any(one.key in mine for one in recipients)
    if message.author.key in mine or in_to or _is_group_of_owner(recipients, mine, message.author):
        return Route(mine, bypassed, through_list=False)
    return Route(mine, bypassed, through_list=bool(recipients) and _through_list(message, bypassed=bypassed))


def _through_list(message: Message, *, bypassed: bool) -> bool:
    """True when two traces of a list are there; the footer is looked for only where it settles the question."""
    traces = sum(
        (
            bypassed,
            any(_LIST_ADDRESS.search(one.key) for one in message.to + message.cc),
            _TAG.match(message.subject) is not None,
            bypassed and (bool(message.in_reply_to) or _REPLY_MARK.match(message.subject) is not None),
        )
    )
    if traces != 1:
        return traces > 1
    text = f"{message.text[-1500:]}\n{message.signature}\n{message.quoted[-1500:]}".lower()
    return any(word in text for word in _FOOTER_WORDS) and _FOOTER.search(text) is not None


def _delivered(message: Message) -> Iterator[str]:
    """Where servers say that they delivered it (Delivered-To and its older relatives)."""
    for name in _DELIVERED:
        if value := message.header(name):
            yield from (one.key for one in addresses.parse(value) if "@" in one.key)


def _same_person(one: str, other: str) -> bool:
    """True for addresses that differ only by a host before the domain, as mail servers write them."""
    local, _, domain = one.partition("@")
    name, _, host = other.partition("@")
    return local == name and (host == domain or host.endswith(f".{domain}") or domain.endswith(f".{host}"))


def _is_group_of_owner(recipients: tuple[Address, ...], own: Collection[str], author: Address) -> bool:
    """Mail to an address that the owner shares: a role such as info@, or a group among colleagues."""
    domains = {key.rpartition("@")[2] for key in own}
    inside = [one for one in recipients if one.key.rpartition("@")[2] in domains]
    return bool(inside) and (author.domain in domains or any(_ROLE.match(one.key) for one in inside))
