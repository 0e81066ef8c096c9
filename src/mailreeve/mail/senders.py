"""Facts about who sent a mail, as far as the mail itself and the known correspondents tell."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from mailreeve.mail import addresses, links
from mailreeve.models import Link, Message


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """What is known of a sender. Results are "pass", "fail", "none" and so on; "" when the server said nothing."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    aligned: bool = False
    """True when DMARC passed, or DKIM passed for the domain in From."""
    reply_to_differs: bool = False
    """Answers go to another domain than the one the mail claims to come from."""
    lookalike_of: str = ""
    """The known address or domain that this one imitates."""
    first_contact: bool = False
    mismatched_links: tuple[Link, ...] = ()
    """Links whose text shows another domain than they lead to."""


def facts(message: Message, known: Collection[str]) -> SenderFacts:
    """Judge the sender; `known` holds the addresses of correspondents."""
    results = dict(re.findall(r"\b(spf|dkim|dmarc)=(\w+)", message.authentication_results.lower()))
    author = message.author
    contacts = {addresses.key(one) for one in known}
    answers = {one.domain for one in message.reply_to if one.domain}
    return SenderFacts(
        spf=results.get("spf", ""),
        dkim=results.get("dkim", ""),
        dmarc=results.get("dmarc", ""),
        aligned=results.get("dmarc") == "pass",
        reply_to_differs=bool(answers - {author.domain}),
        first_contact=addresses.key(author.address) not in contacts,
        mismatched_links=tuple(link for link in message.links if _mismatched(link)),
    )


def _mismatched(link: Link) -> bool:
    shown = re.match(r"(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)\b", link.text.lower())
    return shown is not None and not links.host(link.url).endswith(shown[1])
