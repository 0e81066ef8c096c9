"""Plain shapes without a class of their own: a JSON object, and who is told of progress."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Progress = Callable[[int, int | None, str], None]
"""Called with (done, total or None, what is being done)."""
