"""How the triage does over time, as a picture: counts only."""

from mailreeve.service import stats
from mailreeve.service.answers.stats import DayJson, StatsAnswer
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit

_SPANS = (("7d", "a week"), ("30d", "30 days"), ("90d", "90 days"))
_STAGES = (("rule", "rules"), ("pattern", "learned"), ("offline", "offline"), ("llm", "model"))
HEIGHT = 120
"""Units of the picture's own scale; the page stretches it."""


def show(visit: Visit) -> Reply:
    """The last 30 days, or what `since` names."""
    asked = visit.query.get("since", "")
    span = asked if asked in {key for key, _ in _SPANS} else "30d"
    answer = stats.stats(visit.box, span)
    most = max((day["received"] for day in answer["days"]), default=0)
    return page(
        visit,
        "stats.html",
        here="/stats",
        answer=answer,
        spans=_SPANS,
        span=span,
        stages=[(key, word, answer["decided"][key]) for key, word in _STAGES],  # type: ignore[literal-required]
        bars=[(n * 10 + 1, day, _stack(day, most)) for n, day in enumerate(answer["days"])],
        most=most,
        height=HEIGHT,
        lines=[one for one in _lines(answer) if one[2]],
        soonest=max((one["count"] for one in answer["answered"]["within"]), default=0),
    )


def _lines(answer: StatsAnswer) -> list[tuple[str, str, float, list[tuple[int, str, float]]]]:
    """Name, class of the colour, the most, and for each day its place, what it says, and its share of the most."""
    made = []
    for name, kind, values in (
        ("Corrections", "you", [float(day["corrected"]) for day in answer["days"]]),
        ("Cost", "llm", [day["cost"] for day in answer["days"]]),
    ):
        most = max(values, default=0.0)
        told = [f"{day['date']}: {value:g}" for day, value in zip(answer["days"], values, strict=True)]
        bars = [
            (n * 10 + 1, told[n], round(40 * value / most, 2) if most else 0.0)
            for n, value in enumerate(values)
        ]
        made.append((name, kind, most, bars))
    return made


def _stack(day: DayJson, most: int) -> list[tuple[str, float, float]]:
    """The parts of a day's bar from the bottom: kind, top and height."""
    parts = [(key, day["decided"][key]) for key, _ in _STAGES]  # type: ignore[literal-required]
    parts += [("you", day["needs_human"]), ("failed", day["failed"])]
    made, top = [], float(HEIGHT)
    for kind, count in parts:
        tall = HEIGHT * count / most if most else 0.0
        top -= tall
        if count:
            made.append((kind, round(top, 2), round(tall, 2)))
    return made
