"""Facts about who sent a mail, as far as the mail itself and the known correspondents tell."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from mailreeve.mail import addresses, authentication, links, lookalike
from mailreeve.mail.authentication import GMAIL, related
from mailreeve.models import Link, Message

_SHOWN_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?=[/:?#\s]|$)")


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """What is known of a sender: facts, not a verdict."""

    spf: str = ""
    """`pass`, `fail`, `softfail`, `none` …; empty where Gmail said nothing. So are dkim and dmarc."""
    dkim: str = ""
    dmarc: str = ""
    aligned: bool = False
    """True when what passed vouches for the domain in From."""
    reply_to_differs: bool = False
    """Answers would go to another domain than the mail comes from."""
    lookalike_of: str = ""
    """The known address or domain that the sender imitates."""
    first_contact: bool = False
    """True when the sender is none of the known addresses."""
    mismatched_links: tuple[Link, ...] = ()
    """Links whose text shows another site than they lead to."""


def facts(message: Message, known: Collection[str], *, server: str = GMAIL) -> SenderFacts:
    """Judge the sender; `known` holds the addresses of correspondents, `server` writes the results to trust."""
    author = message.author
    results = authentication.parse(message.authentication_results, author.domain, server)
    return SenderFacts(
        spf=results.spf,
        dkim=results.dkim,
        dmarc=results.dmarc,
        aligned=results.aligned,
        reply_to_differs=any(
            not related(one.domain, author.domain) for one in message.reply_to if one.domain
        ),
        lookalike_of=lookalike.imitated(author.address, author.name, known),
        first_contact=addresses.key(author.address) not in {addresses.key(one) for one in known},
        mismatched_links=tuple(link for link in message.links if mismatched(link)),
    )


def doubts(message: Message, found: SenderFacts) -> tuple[str, ...]:
    """Why the sender may not be who it seems, in words; most honest mail has none, hardly any has two.

    A list's answers go to the list, whoever wrote.
    """
    told = (
        (f"looks like {found.lookalike_of}, but is not", bool(found.lookalike_of)),
        ("DMARC failed", found.dmarc == "fail"),
        ("a link shows another address than it opens", bool(found.mismatched_links)),
        ("answers go elsewhere", found.reply_to_differs and not is_list(message)),
    )
    return tuple(why for why, holds in told if holds)


def is_list(message: Message) -> bool:
    """True for mail to many: a mailing list, a newsletter, or what calls itself bulk."""
    bulk = message.header("Precedence").lower() in {"bulk", "list", "junk"}
    return bulk or bool(message.list_id or message.list_unsubscribe)


def mismatched(link: Link) -> bool:
    """True when the text of a link is a site, and neither the link nor its redirector's target leads there."""
    shown = _SHOWN_HOST.match(link.text.strip().lower())
    if not shown or "@" in link.text:
        return False
    says = shown[1].removeprefix("www.")
    targets = {links.host(link.url), links.host(links.clean(link.url))} - {""}
    return bool(targets) and not any(related(says, target.removeprefix("www.")) for target in targets)
