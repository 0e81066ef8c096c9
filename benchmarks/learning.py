"""Thirty nights of triage with a person who corrects: model calls a mail, accuracy, and patterns that are wrong.

    python benchmarks/learning.py [--nights 30] [--seed 7]

The mail is made up and the model is scripted (tests.triage.life.py), so the figures are about the learning alone:
17 mails a night, 14 of them from regular senders; the model is wrong about 3 of these, and one changes its subject.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests import sandbox_server, scripted_llm
from tests.triage.house import joined
from tests.triage.life import Life, accuracy, calls_a_mail, lingered


def main() -> None:
    """Print a line for every fifth of the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    wish = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        model = stack.enter_context(scripted_llm.running())
        google = stack.enter_context(sandbox_server.factory(Path(folder)))()
        home = Path(folder) / "home"
        parts = joined(
            stack, google.base_url, google.token, google.account, home, llm=model.base_url, drafts=False
        )
        nights = Life(google, model, parts, wish.seed).live(wish.nights)
    step = max(1, wish.nights // 6)
    print("nights    calls/mail  accuracy  wrong patterns by night")
    first, last = nights[:step], nights[-step:]
    for start in range(0, len(nights), step):
        some = nights[start : start + step]
        wrong = " ".join(str(len(one.wrong)) for one in some)
        print(
            f"{start + 1:>3}-{start + len(some):<5}{calls_a_mail(some):>10.2f}{accuracy(some):>10.3f}  {wrong}"
        )
    fewer = 1 - calls_a_mail(last) / calls_a_mail(first)
    print(f"calls a mail fell by {fewer:.0%}; accuracy {accuracy(first):.3f} -> {accuracy(last):.3f}")
    print(f"nights that a wrong pattern stood after its first correction: {list(lingered(nights))}")


if __name__ == "__main__":
    main()
