"""How much work one mail is: calls are counted, since seconds depend on the machine."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from tests.reading.mails import LABELS, letters

from mailreeve.cancel import Cancel
from mailreeve.models import Message
from mailreeve.reading.labelset import LabelSet
from mailreeve.reading.offline import lexicon
from mailreeve.reading.offline.reader import OfflineReader

NEWS = next(letter.mail for letter in letters() if "newsletter" in letter.accepted)
PROSE = "We met on the hill and talked about the harvest, the weather and the road to the mill.\n"


def counted(work: Callable[[], object]) -> Counter[str]:
    """How often each function was called, ours by qualified name and those of C as one."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            calls[frame.f_code.co_qualname] += 1
        elif event == "c_call":
            calls["of C"] += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def classified(mail: Message) -> Counter[str]:
    """The calls of one verdict, when everything has been compiled before."""
    reader = OfflineReader()
    reader.classify(mail, LABELS, Cancel())
    return counted(lambda: reader.classify(mail, LABELS, Cancel()))


def test_labels_are_looked_through_once() -> None:
    """The words of the labels are not compared again for every mail."""
    calls = classified(NEWS)
    assert 1 == calls["weigh"]
    assert 0 == calls[LabelSet.__init__.__qualname__]


def test_nobody_looks_for_deadlines_in_a_newsletter() -> None:
    """What a mass mailing wants is nobody's duty: its dates are not read."""
    calls = classified(NEWS)
    assert [0, 0, 0] == [calls[name] for name in ("obligation", "_tasks", "find")]


def test_each_word_is_tried_once_not_once_for_each_list() -> None:
    """The word lists cost about one call a word, although there are more than twenty lists."""
    text = PROSE.lower() * 20
    lexicon.found(text)
    calls = counted(lambda: lexicon.found(text))
    assert calls["of C"] <= 4 * len(text.split())
    assert len(lexicon.topics()) > 20


@pytest.mark.parametrize("times", [2, 4])
def test_work_grows_no_faster_than_the_text(times: int) -> None:
    """Twice the text is at most about twice the calls, and a very long mail costs what its head and tail cost."""
    mail = replace(NEWS, text=PROSE * 10, html=False)
    once = classified(mail).total()
    assert classified(replace(mail, text=mail.text * times)).total() <= 1.1 * times * once
    longest = classified(replace(mail, text=PROSE * 60)).total()
    assert classified(replace(mail, text=PROSE * 6000)).total() <= 1.5 * longest
