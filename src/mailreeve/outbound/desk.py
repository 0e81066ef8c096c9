"""How a help desk, a tracker or a task list is spoken to: four requests, as data. Two makes are known by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailreeve.errors import InputError
from mailreeve.outbound import template

_METHODS = {"GET", "POST", "PUT", "PATCH"}
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_VALUE = re.compile(r"[\x20-\x7e]{1,2000}")


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `path` and every text inside `body` are templates (Jinja2); what they make is quoted for its place."""

    path: str
    """Below the destination's URL."""
    method: str = "POST"
    body: Any = None
    """JSON; None is no body."""
    id: str = ""
    """Where the ticket's id stands in the answer: names and numbers with dots; `*` is the item that bears the mark."""
    link: str = ""
    """Where its page's address stands, or a template that begins with http."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to make one ticket for a thread, and never a second one."""

    create: Step
    find: Step
    """Looks for the ticket by `thread_mark`, which `create` has to leave in it."""
    append: Step
    """Adds to the ticket `id`; has to leave `event_mark`."""
    seen: Step
    """What the ticket `id` holds: an `event_mark` in the answer was added before."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """`{secret}` stands for the secret."""

    def check(self, name: str, *, files: bool = False) -> None:
        """Raise InputError for a request that cannot be, and for `files` that it has no place for."""
        if files and not (template.encloses(self.create.body) and template.encloses(self.append.body)):
            raise InputError(
                f"Destination {name}: it takes no attachments.",
                f"Leave `attachments` out, or give create and append a {template.EACH} (docs/destinations.md).",
            )
        wrong = [
            one.method for one in self.steps if one.method not in _METHODS or not one.path.startswith("/")
        ]
        if wrong or not (self.create.id and self.find.id):
            raise InputError(
                f"Destination {name}: its requests cannot be used.",
                "Each has a path that begins with /; create and find say where the id stands.",
            )
        for header, value in self.headers.items():
            if not _HEADER.fullmatch(header) or not _VALUE.fullmatch(value):
                raise InputError(f"Destination {name}: {header[:40]!r} is no header.", "Letters and hyphens.")

    @property
    def steps(self) -> tuple[Step, ...]:
        """All four."""
        return (self.create, self.find, self.append, self.seen)


def request_tracker(url: str, queue: str, *, requester: bool = False, files: bool = False) -> Desk:
    """Request Tracker 5 (REST 2). Replies become comments, which RT mails to nobody outside.

    With `requester` the sender is the ticket's requestor, and RT may answer them by its own rules; with `files` the
    mail's files lie beside its text. A comment is looked for by RT itself, so that no size of a ticket hides it.
    Source: docs.bestpractical.com/rt/5.0.5/RT/REST2.html.
    """
    mark = "https://mailreeve.invalid/{{ thread_mark }}"
    ticket: dict[str, Any] = {
        "Queue": queue.replace("{", ""),
        "Subject": "{{ title }}",
        "Content": "{{ content }}",
        "ContentType": "text/plain",
        "Priority": "{{ {'urgent': 100, 'high': 75, 'normal': 50}.get(priority, 0) }}",
        "RefersTo": mark,
    }
    if requester:
        ticket["Requestor"] = "{{ sender_address }}"
    comment: dict[str, Any] = {
        "Subject": "{{ title }}", "Content": "{{ content }}", "ContentType": "text/plain"
    }  # fmt: skip
    if files:  # RT cannot read the name of a file that is not ASCII (5.0.3)
        one = {"FileName": "{{ attachment.ascii_name }}", "FileType": "{{ attachment.type }}"}
        each = {"for_each_attachment": {**one, "FileContent": "{{ attachment.base64 }}"}}
        ticket["Attachments"] = comment["Attachments"] = each
    wanted = [
        {"field": "ContentType", "value": "text/plain"},
        {"field": "Content", "operator": "LIKE", "value": "{{ event_mark }}"},
    ]
    return Desk(
        create=Step(
            "/REST/2.0/ticket",
            body=ticket,
            id="id",
            link=f"{url.rstrip('/')}/Ticket/Display.html?id={{{{ id }}}}",
        ),
        find=Step(
            "/REST/2.0/tickets?query=RefersTo%20%3D%20'https%3A%2F%2Fmailreeve.invalid%2F{{ thread_mark }}'",
            "GET",
            id="items.0.id",
        ),
        append=Step(
            "/REST/2.0/ticket/{{ id }}/comment",
            body=comment,
        ),
        seen=Step("/REST/2.0/ticket/{{ id }}/attachments?fields=Content", body=wanted),
    )


def github() -> Desk:
    """GitHub Issues; the URL is that of the repository in the API. Mail stands fenced, so that nobody is mentioned.

    Source: docs.github.com/en/rest/issues.
    """
    return Desk(
        create=Step(
            "/issues", body={"title": "{{ title }}", "body": "{{ fenced }}"}, id="number", link="html_url"
        ),
        find=Step("/issues?state=all&sort=created&direction=desc&per_page=100", "GET", id="*.number"),
        append=Step("/issues/{{ id }}/comments", body={"body": "{{ fenced }}"}, id="id"),
        seen=Step("/issues/{{ id }}/comments?per_page=100&sort=created&direction=desc", "GET"),
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    )
