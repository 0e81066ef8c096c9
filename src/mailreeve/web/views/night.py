"""The night's decisions: why each was made, a correction by one click, and undo."""

from mailreeve.service import night, review
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit, go


def show(visit: Visit) -> Reply:
    """All decisions of the last day with a run."""
    found = night.night(visit.box)
    return page(visit, "night.html", here="/night", night=found, may_label=review.may(visit.box, "label"))


def correct(visit: Visit) -> Reply:
    """Another label for one mail."""
    label = visit.field("label")
    act = night.correct(visit.box, visit.path["id"], label, cancel=visit.cancel)
    names = {spec.id: spec.name or spec.id for spec in visit.box.labels}
    visit.session.tell(f"Moved to {names[label]}, and remembered.", act)
    return go(f"/night#m-{visit.path['id']}")


def undo(visit: Visit) -> Reply:
    """Take a change, an act or a run back."""
    done = night.undo(visit.box, visit.field("id"), cancel=visit.cancel)
    left = [*done["skipped"], *done["final"], *done["failed"]]
    text = f"{done['undone']} taken back." if done["undone"] else "Nothing was taken back."
    if left:
        text += f" {len(left)} left as they are: {left[0]['reason']}."
    visit.session.tell(text, bad=bool(done["failed"]))
    return go("/night" if visit.form.get("back") == "night" else "/")
