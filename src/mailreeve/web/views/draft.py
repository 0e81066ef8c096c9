"""One draft beside its thread: read it, change it, reject it, or ask to send it."""

from urllib.parse import quote

from mailreeve.errors import DraftChanged
from mailreeve.service import drafting, review, sending
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit, go


def show(visit: Visit) -> Reply:
    """The draft as it lies in Gmail now."""
    found = review.sheet(visit.box, visit.path["id"], cancel=visit.cancel)
    return page(
        visit,
        "draft.html",
        here="/",
        sheet=found,
        may_send=review.may(visit.box, "send"),
        may_draft=review.may(visit.box, "draft"),
        zone=f"{visit.box.zone}",
    )


def _unchanged(visit: Visit) -> None:
    """What the person saw is still what lies in Gmail. Raises DraftChanged."""
    now = drafting.show(visit.box, visit.path["id"])["digest"]
    if now != visit.field("digest"):
        raise DraftChanged(
            "The draft was changed elsewhere since you opened it.", "Go back and load it again."
        )


def edit(visit: Visit) -> Reply:
    """Put the person's words in place of the draft's."""
    _unchanged(visit)
    done = drafting.draft(
        visit.box,
        kind="edit",
        draft_id=visit.path["id"],
        to=[visit.field("to")],
        cc=[visit.field("cc")],
        bcc=[visit.field("bcc")],
        subject=visit.field("subject"),
        body=visit.field("body").rstrip(),
        cancel=visit.cancel,
    )
    visit.session.tell("Your changes are saved in Gmail.", done["change"])
    return go(f"/draft/{quote(done['draft_id'], safe='')}")


def propose(visit: Visit) -> Reply:
    """Freeze the draft and show what would leave."""
    _unchanged(visit)
    pending = sending.propose(visit.box, visit.path["id"], at=visit.form.get("at", "") or None)
    return go(f"/proposal/{quote(pending.proposal_id, safe='')}")


def reject(visit: Visit) -> Reply:
    """The person does not want it."""
    delete = visit.form.get("delete") == "yes"
    act = review.reject(
        visit.box, visit.path["id"], visit.field("reason"), delete=delete, cancel=visit.cancel
    )
    visit.session.tell(
        "Rejected, and the draft is deleted." if delete else "Rejected. The draft is still in Gmail.", act
    )
    return go("/")
