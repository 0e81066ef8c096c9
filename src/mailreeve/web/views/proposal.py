"""The question before something leaves: exactly these bytes, to exactly these people."""

from mailreeve.errors import NotApproved
from mailreeve.models import ProposalState as State
from mailreeve.service import review, sending
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit, go

BY = "review page"


def show(visit: Visit) -> Reply:
    """The question, with a token for one answer; or what became of it."""
    found = review.proposed(visit.box, visit.path["id"], cancel=visit.cancel)
    assert found.proposal is not None  # noqa: S101 -- review.proposed sets it
    errand = review.asked_of_errand(found.proposal)
    asks = found.proposal.state in {State.PROPOSED, State.APPROVED}
    return page(
        visit,
        "proposal.html",
        here="/",
        sheet=found,
        proposal=found.proposal,
        state=found.proposal.state.value,
        asks=asks,
        nonce=visit.session.nonce(found.proposal.id, found.digest) if asks else "",
        may_send=found.proposal.kind.startswith("event_") or review.may(visit.box, "send"),
        errand=errand,
    )


def source(visit: Visit) -> Reply:
    """The exact bytes, as text."""
    found = review.proposed(visit.box, visit.path["id"], cancel=visit.cancel)
    return Reply(found.raw.decode("utf-8", "replace"), type="text/plain")


def approve(visit: Visit) -> Reply:
    """The person said yes to the digest that stood on the page."""
    id_, digest, nonce = visit.path["id"], visit.field("digest"), visit.field("nonce")
    if not visit.session.take(nonce, id_, digest):
        raise NotApproved(
            "This answer was used before, or belongs to another question.", "Load the page again."
        )
    allowed = visit.box.gate.get(id_).decided_how == "policy"
    done = sending.confirm(visit.box, id_, digest, "policy" if allowed else "page", BY, nonce)
    good = done["status"] in {"sent", "scheduled"}
    visit.session.tell(
        {"sent": "Sent.", "scheduled": done["advice"]}.get(done["status"], done["advice"]), bad=not good
    )
    return go("/" if good else f"/proposal/{id_}")


def decline(visit: Visit) -> Reply:
    """Not now: the question is closed, the draft stays."""
    done = sending.decline(visit.box, visit.path["id"], "not sent after a look at the review page")
    if sending.is_errand(done["draft_id"]):
        visit.session.tell(done["advice"])
        return go("/")
    visit.session.tell("Not sent. The draft is kept.")
    return go(f"/draft/{done['draft_id']}")


def withdraw(visit: Visit) -> Reply:
    """A scheduled send is taken back."""
    review.withdraw(visit.box, visit.path["id"])
    visit.session.tell("Taken back. The draft is kept.")
    return go("/")


def settle(visit: Visit) -> Reply:
    """The person looked into Gmail's sent mail."""
    review.settle(visit.box, visit.path["id"], sent=visit.field("sent") == "yes")
    visit.session.tell("Noted.")
    return go("/")
