"""Trains the offline reader's linear model and sets the bars of the cascade: python evals/train.py [--check].

Learns from the mails that evals/training/ makes, all written for it, and from nothing else. Templates are dealt out
into five parts; what is said of each part by a model that never saw its templates sets the temperature and the bars.
The hand-made points of the rules stay; the model learns what to add to them. Needs `pip install --group train`.
With --check nothing is written, and the exit code is 1 when the package's model is another one.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_matrix
from training import letters as made

from mailreeve.reading.offline import score, signals, trained
from mailreeve.reading.offline.trained import KINDS

FOLDS = 5
RULE_PENALTY, WORD_PENALTY = 0.06, 0.004
"""How dear a point is that differs from the hand-made ones: dearer than the parts below would have it, for real mail
is less like these mails than they are like each other."""
RISK = 0.014
"""Of what the reader decides alone, so much may be wrong in templates that it never saw. The promise is that the cascade
itself puts at most 5 % of all mails wrong; mail from elsewhere errs several times as often as these do."""
IN_TEMPLATES = 3
"""A word must be in so many templates, else it is the template that would be learnt."""


@dataclass(frozen=True)
class Data:
    """The mails as numbers."""

    kinds: np.ndarray
    templates: list[str]
    hand: np.ndarray
    """Points of the rules as they are."""
    strengths: np.ndarray
    grams: list[frozenset[str]]
    read: list[signals.Signals]


def data() -> Data:
    """All training mails, read as the reader reads them."""
    kinds, templates, hand, strengths, grams, read = [], [], [], [], [], []
    for letter in made.letters():
        own = frozenset({letter.owner} - {""})
        seen = signals.read(letter.message, own=own)
        row = [rule.strength(seen) for rule in score.RULES]
        kinds.append(KINDS.index(letter.archetype))
        templates.append(letter.template)
        strengths.append(row)
        hand.append(np.array(row) @ HAND)
        grams.append(trained.grams(letter.message.subject, letter.message.text))
        read.append(seen)
    return Data(np.array(kinds), templates, np.array(hand), np.array(strengths), grams, read)


HAND = np.array([[rule.points.get(kind, 0.0) for kind in KINDS] for rule in score.RULES])


def vocabulary(of: Data, rows: Sequence[int]) -> list[str]:
    """The words and pairs that are in enough different templates."""
    where: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for gram in of.grams[row]:
            where[gram].add(of.templates[row])
    return sorted(gram for gram, found in where.items() if len(found) >= IN_TEMPLATES)


def word_matrix(of: Data, rows: Sequence[int], words: Sequence[str]) -> csr_matrix:
    """Each mail's known words, scaled as the reader scales them."""
    place = {word: number for number, word in enumerate(words)}
    values, columns, starts = [], [], [0]
    for row in rows:
        found = sorted(place[gram] for gram in of.grams[row] if gram in place)
        values += [trained.scale(len(found))] * len(found)
        columns += found
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(rows), len(words)))


@dataclass(frozen=True)
class Fit:
    """What was learnt."""

    bias: np.ndarray
    rules: np.ndarray
    words: np.ndarray
    vocabulary: list[str]

    def sums(self, of: Data, rows: Sequence[int]) -> np.ndarray:
        """Points of each archetype."""
        words = word_matrix(of, rows, self.vocabulary) @ self.words
        return of.hand[rows] + of.strengths[rows] @ self.rules + words + self.bias


def fit(
    of: Data, rows: Sequence[int], rule_penalty: float = RULE_PENALTY, word_penalty: float = WORD_PENALTY
) -> Fit:
    """Multinomial logistic regression with the hand-made points as a fixed start; each kind counts the same."""
    words = vocabulary(of, rows)
    texts, strengths, hand, kinds = (
        word_matrix(of, rows, words),
        of.strengths[rows],
        of.hand[rows],
        of.kinds[rows],
    )
    counts = np.bincount(kinds, minlength=len(KINDS))
    weights = (len(rows) / len(KINDS) / counts)[kinds] / len(rows)
    target = np.eye(len(KINDS))[kinds]
    shapes = ((len(KINDS),), (len(score.RULES), len(KINDS)), (len(words), len(KINDS)))
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def parts(flat: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(
            part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)
        )

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        bias, rules, grams = parts(flat)
        sums = hand + strengths @ rules + texts @ grams + bias
        sums -= sums.max(axis=1, keepdims=True)
        logs = sums - np.log(np.exp(sums).sum(axis=1, keepdims=True))
        off = (np.exp(logs) - target) * weights[:, None]
        value = -(weights * logs[np.arange(len(rows)), kinds]).sum()
        value += (
            0.5 * rule_penalty / 10 * (rules**2).sum()
            + 0.5 * word_penalty / 10 * (grams**2).sum()
            + 0.005 * (bias**2).sum()
        )
        slope = (
            off.sum(axis=0) + 0.01 * bias,
            strengths.T @ off + rule_penalty / 10 * rules,
            texts.T @ off + word_penalty / 10 * grams,
        )
        return value, np.concatenate([part.ravel() for part in slope])

    found = minimize(loss, np.zeros(ends[-1]), jac=True, method="L-BFGS-B", options={"maxiter": 120})
    return Fit(*parts(found.x), words)


def folds(of: Data) -> list[np.ndarray]:
    """The rows of each part; every part has templates of every file."""
    order = {name: number for number, name in enumerate(dict.fromkeys(of.templates))}
    part = np.array([order[name] % FOLDS for name in of.templates])
    return [np.flatnonzero(part == number) for number in range(FOLDS)]


def unseen_sums(of: Data, **penalties: float) -> np.ndarray:
    """For each mail the points by a model that saw none of its template."""
    sums = np.zeros((len(of.kinds), len(KINDS)))
    for held in folds(of):
        rows = np.setdiff1d(np.arange(len(of.kinds)), held)
        sums[held] = fit(of, rows, **penalties).sums(of, held)
    return sums


def temperature(of: Data, sums: np.ndarray) -> float:
    """By which the likelihood of unseen templates is best; not below 1, since real mail is less alike than they are."""

    def surprise(heat: float) -> float:
        return float(-np.log(shares(sums, heat)[np.arange(len(sums)), of.kinds]).mean())

    return round(max(1.0, minimize_scalar(surprise, bounds=(0.3, 5), method="bounded").x), 2)


def shares(sums: np.ndarray, heat: float) -> np.ndarray:
    """As score.weigh makes them."""
    powers = np.exp((sums - sums.max(axis=1, keepdims=True)) / heat)
    return powers / powers.sum(axis=1, keepdims=True)


def bars(of: Data, sums: np.ndarray, heat: float) -> dict[str, float]:
    """The lowest confidence from which on few enough are wrong, without and with a veto by words."""
    found = shares(sums, heat)
    sure, right = np.minimum(found.max(axis=1), score.CEILING), found.argmax(axis=1) == of.kinds
    kinds = [KINDS[best] for best in found.argmax(axis=1)]
    firm = np.array([bool(seen.firm_objections(kind)) for seen, kind in zip(of.read, kinds, strict=True)])
    words = np.array([bool(seen.objections(kind)) for seen, kind in zip(of.read, kinds, strict=True)])
    free = _bar(sure[~firm & ~words], right[~firm & ~words])
    return {"free": free, "vetoed": max(free, _bar(sure[~firm & words], right[~firm & words]))}


def _bar(sure: np.ndarray, right: np.ndarray) -> float:
    """In hundredths; 1.0, which nothing reaches, where no bar keeps the risk.

    The errors above a bar are few, so they are not counted but told by a curve through all of them: the logarithm of
    the odds of being right as a line over that of the confidence.
    """
    odds = np.log(sure / (1 - sure))

    def surprise(line: np.ndarray) -> float:
        return float(np.logaddexp(0, np.where(right, -1, 1) * (line[0] + line[1] * odds)).mean())

    start, slope = minimize(surprise, np.array([0.0, 1.0]), method="Nelder-Mead").x
    wrong = 1 / (1 + np.exp(start + slope * odds))
    for hundredths in range(50, 100):
        above = sure >= hundredths / 100
        if above.any() and wrong[above].mean() <= RISK:
            return hundredths / 100
    return 1.0


def text(model: Fit, heat: float, found: dict[str, float]) -> str:
    """The model as the package holds it; words that add nothing are left out."""
    head = {
        "made_of": made.digest(),
        "temperature": heat,
        "bias": [round(float(one), 2) for one in model.bias],
        "bars": found,
    }
    rules = {f"rule: {rule.why}": row for rule, row in zip(score.RULES, model.rules, strict=True)}
    rows = [*rules.items(), *zip(model.vocabulary, model.words, strict=True)]
    lines = []
    for name, row in rows:
        numbers = [round(float(one) * trained.UNIT) for one in row]
        if max(map(abs, numbers)) >= LEAST:
            lines.append(f"{name}\t{' '.join(map(str, numbers))}")
    return "\n".join([json.dumps(head), *lines]) + "\n"


LEAST = 5
"""Hundredths of a point below which a weight is not worth its place."""


def alike(one: str, other: str) -> bool:
    """True when no weight differs by more than two hundredths: processors round differently."""
    heads, rows = [], []
    for model in (one, other):
        head, *lines = model.splitlines()
        heads.append(json.loads(head))
        rows.append(
            {name: list(map(int, numbers.split())) for name, numbers in (line.split("\t") for line in lines)}
        )
    none = [0] * len(KINDS)
    apart = (
        abs(first - second)
        for name in rows[0].keys() | rows[1].keys()
        if (name in rows[0] and name in rows[1])
        or max(map(abs, rows[0].get(name, rows[1].get(name, none)))) > LEAST + 2
        for first, second in zip(rows[0].get(name, none), rows[1].get(name, none), strict=True)
    )
    told = [(head["made_of"], head["bars"]) for head in heads]
    return told[0] == told[1] and max(apart, default=0) <= 2


def main(arguments: list[str]) -> int:
    """Train, tell the figures, and write or compare."""
    of = data()
    sums = unseen_sums(of)
    heat = temperature(of, sums)
    found = bars(of, sums, heat)
    hand, learnt = ((points.argmax(axis=1) == of.kinds).mean() for points in (of.hand, sums))
    print(f"{len(of.kinds)} mails of {len(set(of.templates))} templates, {FOLDS} parts")
    print(f"right in templates never seen: {learnt:.3f}, by the hand-made points alone {hand:.3f}")
    print(f"temperature {heat}, bars {found}")
    made_now = text(fit(of, np.arange(len(of.kinds))), heat, found)
    if "--check" in arguments:
        same = alike(made_now, trained.FILE.read_text(encoding="utf-8"))
        print(
            "the package has this model" if same else "the package has another model: run it without --check"
        )
        return 0 if same else 1
    trained.FILE.write_text(made_now, encoding="utf-8")
    print(f"{trained.FILE.name}: {len(made_now.encode()) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
