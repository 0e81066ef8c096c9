"""Clearing up by sender: a look, and one act on what the person ticked."""

from mailreeve.errors import InputError
from mailreeve.service import cleaning, review
from mailreeve.service.cleaning import Preview
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit, go

LOOKED_AT = 300
"""Mails of one look, so that it ends within a minute without a local index."""
ROWS = 30
SPANS = (
    ("in:inbox older_than:30d -is:starred", "older than 30 days"),
    ("in:inbox older_than:180d -is:starred", "older than half a year"),
    ("in:inbox category:promotions", "promotions"),
    ("in:inbox", "all of the inbox"),
)
"""What can be looked at: a search, and its name."""


def show(visit: Visit) -> Reply:
    """Who fills the inbox; nothing is changed, and nothing is looked at before a span is chosen."""
    asked = visit.query.get("span", "")
    place = int(asked) if asked.isdecimal() and int(asked) < len(SPANS) else -1
    found, token = None, ""
    if place >= 0:
        found = cleaning.preview(
            visit.box, SPANS[place][0], LOOKED_AT, progress=lambda *_: None, cancel=visit.cancel
        )
        token = visit.session.keep(found)
    told = cleaning.told(visit.box, found) if found else None
    return page(
        visit,
        "cleanup.html",
        here="/cleanup",
        answer=told,
        rows=told["senders"][:ROWS] if told else [],
        token=token,
        spans=[(number, name) for number, (_, name) in enumerate(SPANS)],
        span=place,
        may_label=review.may(visit.box, "label"),
    )


def clean(visit: Visit) -> Reply:
    """Do one thing with the mails that stood on the page of the senders that are ticked."""
    found = visit.session.take_kept(visit.field("token"))
    if not isinstance(found, Preview):
        raise InputError("This page is too old, or was used before.", "Load it again.")
    if not review.may(visit.box, "label"):
        raise InputError("Changing labels is switched off.", 'Add "label" to [policy] capabilities.')
    action = visit.field("action")
    if action not in cleaning.ACTIONS:
        raise InputError("There is no such button.", "Load the page again.")
    rows = [row for number, row in enumerate(found.rows[:ROWS], 1) if f"s{number}" in visit.form]
    done = cleaning.clean(visit.box, found, rows, action, cancel=visit.cancel)
    words = {"archive": "archived", "trash": "moved to the trash", "read": "marked as read"}
    text = f"{done['changed']} of {done['looked']} mails {words[action]}."
    if done["failed"]:
        text += f" {len(done['failed'])} failed: {done['failed'][0]['reason']}"
    visit.session.tell(text, done["change"], bad=bool(done["failed"]))
    return go("/cleanup")
