"""The person's rules: what they are, what they would have done, and why for one mail."""

from mailreeve.errors import ConfigError
from mailreeve.service import destinations, outbox, ruling
from mailreeve.service.answers.rules import RulesAnswer
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit

SPANS = (("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"))


def show(visit: Visit) -> Reply:
    """Rules, destinations, and what waits for these."""
    wrong: ConfigError | None = None
    try:
        found = ruling.listed(visit.box.app)
    except ConfigError as error:
        wrong, found = error, RulesAnswer(file=error.message, rules=[])
    places = destinations.destinations(visit.box)
    return page(
        visit,
        "rules.html",
        here="/rules",
        rules=found["rules"],
        file=found["file"],
        wrong=wrong,
        destinations=places["destinations"],
        allowed=places["allowed"],
        rows=outbox.rows(visit.box)["rows"] if places["destinations"] else [],
    )


def test(visit: Visit) -> Reply:
    """What the rules would have done on past mail; nothing is changed."""
    span = visit.query.get("since", "30d")
    span = span if span in dict(SPANS) else "30d"
    answer = ruling.try_out_past(visit.box, since=span, cancel=visit.cancel)
    return page(visit, "tried.html", here="/rules", answer=answer, spans=SPANS, span=span)


def explain(visit: Visit) -> Reply:
    """Rule by rule and condition by condition for one mail."""
    answer = ruling.why(visit.box, visit.path["id"], cancel=visit.cancel)
    return page(visit, "explained.html", here="/rules", answer=answer, url=visit.box.url(answer["id"]))
