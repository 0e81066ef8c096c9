"""Words that the digest shares with lists and pages."""

import re
from urllib.parse import quote

from mailreeve.models import Json
from mailreeve.triage.digest.markdown import plain

_MAILBOX = re.compile(r"(.+) <[^<>@]*@([^<>@]+)>")


def named(sender: str) -> str:
    """Name and domain of a sender: a name alone could claim to be anybody."""
    match = _MAILBOX.fullmatch(sender)
    return (f"{match[1]} ({match[2]})" if match else sender) or "unknown sender"


def who(sender: str) -> str:
    """The same for Markdown."""
    return plain(named(sender))


def coverage_line(result: Json) -> str:
    """How many were seen, and what became of every one of them."""
    decided = ", ".join(f"{count} by {who}" for who, count in result.get("decided", {}).items() if count)
    line = (
        f"{result.get('seen', 0)} seen = {result.get('already', 0)} decided before + "
        f"{sum(result.get('decided', {}).values())} decided now{f' ({decided})' if decided else ''} + "
        f"{len(result.get('needs_human', ()))} for you + {len(result.get('failed', ()))} failed"
    )
    line = f"{line}; {result['left']} left for the next run." if result.get("left") else f"{line}."
    stories = result.get("stories", {})
    if not stories.get("threads"):
        return line
    return f"{line} The model told {stories['told']} of {count(stories['threads'], 'thread')} with several new mails."


def url(account: str, thread: str) -> str:
    """The thread in Gmail's web page, in the right one of the person's accounts."""
    return f"https://mail.google.com/mail/?authuser={quote(account, safe='')}#all/{quote(thread, safe='')}"


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
