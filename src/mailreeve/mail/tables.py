"""CSV that a spreadsheet opens without running anything in it (OWASP: CSV injection)."""

import csv
import io
from collections.abc import Iterable, Sequence

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """One value as text; what a spreadsheet would take for a formula starts with an apostrophe."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_ACTIVE) or text.startswith(_ACTIVE) else text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as RFC 4180 has it, with CRLF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
