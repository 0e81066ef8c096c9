"""What tests of workers share: one on a thread of its own, and waiting for what it does."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailreeve.cancel import Cancel


@contextmanager
def at_work(work: Callable[[Cancel], object], patience: float = 60) -> Iterator[None]:
    """It works during the block and is cancelled at its end; what it raised is raised."""
    cancel, errors = Cancel(), list[BaseException]()

    def guarded() -> None:
        try:
            work(cancel)
        except BaseException as error:  # noqa: BLE001 -- raised below, in the test's thread
            errors.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    try:
        yield
    finally:
        cancel.set()
        thread.join(patience)
    if errors:
        raise errors[0]


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, a minute at most."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
