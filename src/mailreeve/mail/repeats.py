"""Lists of like entries, as newsletters and receipts have them, written once as a form and its values.

"Great product number 7 for only $7.99, this week only." a hundred times over becomes one line that says so
and a hundred rows with what differs. Nothing is lost; a row starts with the first line of its entry.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

FEWEST = 6
"""Entries from which on a form is worth it."""
PERIOD = 6
"""Lines that an entry may have."""
_WORDS = 4
"""Words that each entry must repeat."""
_LINE = 400
_GAP = "\0"
_VALUE = re.compile(r"[^\s\d]*+\d\S*?(?=[.,;:!?)\]]*(?:\s|$))")


@dataclass(frozen=True, slots=True)
class Line:
    """A line to show, and the form that explains it when it is a row."""

    text: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A line as a form with gaps, and what fills the gaps: every word with a digit."""

    form: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Entries of `period` lines each; the lines at `fixed` have the same form in all of them."""

    start: int
    period: int
    count: int
    fixed: tuple[int, ...]

    @property
    def lines(self) -> int:
        return self.period * self.count


def folded(lines: Sequence[str]) -> list[Line]:
    """The lines, runs of like entries folded; blank lines inside such a run are dropped."""
    places = [place for place, line in enumerate(lines) if line.strip()]
    shapes = [_shape(lines[place]) for place in places]
    out: list[Line] = []
    shown = 0
    for run in _runs(shapes):
        out += [Line(line) for line in lines[shown : places[run.start]]]
        entries = range(run.start, run.start + run.lines, run.period)
        out += _rows(
            run, [[(lines[places[at + j]], shapes[at + j]) for j in range(run.period)] for at in entries]
        )
        shown = places[run.start + run.lines - 1] + 1
    return [*out, *(Line(line) for line in lines[shown:])]


def _shape(line: str) -> _Shape:
    if len(line) > _LINE:
        return _Shape(line, ())
    return _Shape(_VALUE.sub(_GAP, line.strip()), tuple(_VALUE.findall(line)))


def _runs(shapes: Sequence[_Shape]) -> Iterator[_Run]:
    at = 0
    while at < len(shapes):
        runs = [run for period in range(1, PERIOD + 1) if (run := _run(shapes, at, period))]
        best = max(runs, key=lambda run: (run.lines, -run.period), default=None)
        if best:
            yield best
        at += best.lines if best else 1


def _run(shapes: Sequence[_Shape], start: int, period: int) -> _Run | None:
    """The run of entries of this many lines that starts here, if it is long enough and says the same often."""
    forms = [shape.form for shape in shapes[start : start + 2 * period]]
    fixed = tuple(j for j in range(period) if len(forms) == 2 * period and forms[j] == forms[j + period])
    words = sum(len(forms[j].replace(_GAP, " ").split()) for j in fixed)
    differs = words and shapes[start : start + period] != shapes[start + period : start + 2 * period]
    if words < _WORDS or not differs or (period > 1 and not set(fixed) - {0}):
        return None
    count, at = 2, start + 2 * period
    while at + period <= len(shapes) and all(shapes[at + j].form == forms[j] for j in fixed):
        count, at = count + 1, at + period
    return _Run(start, period, count, fixed) if count >= FEWEST else None


def _rows(run: _Run, entries: list[list[tuple[str, _Shape]]]) -> list[Line]:
    """The form, then a row for each entry: its first line, and the values that this does not show."""
    has_title = run.period > 1
    titles = [entry[0][1].values if has_title else () for entry in entries]
    names = iter(f"‹{letter}›" for letter in (ascii_lowercase + ascii_lowercase.upper()) * 20)
    cells: list[list[str]] = [[entry[0][0].strip()] if has_title else [] for entry in entries]
    forms = []
    for j in range(has_title, run.period):
        if j not in run.fixed:
            forms.append(next(names))
            _add(cells, [entry[j][0].strip() for entry in entries])
            continue
        gaps = []
        for number in range(len(entries[0][j][1].values)):
            column = [entry[j][1].values[number] for entry in entries]
            if all(value in title for value, title in zip(column, titles, strict=True)):
                gaps.append("‹as in its title›")
            elif len(set(column)) == 1:
                gaps.append(column[0])
            else:
                gaps.append(next(names))
                _add(cells, column)
        pieces = entries[0][j][1].form.split(_GAP)
        forms.append("".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True)))
    what = "each row is a title and what fills the gaps in" if has_title else "each row fills the gaps in"
    form = f"[{run.count} entries; {what} “{' / '.join(forms)}”]"
    return [Line(form), *(Line(" | ".join(row), form) for row in cells)]


def _add(cells: list[list[str]], column: list[str]) -> None:
    for row, value in zip(cells, column, strict=True):
        row.append(value)
