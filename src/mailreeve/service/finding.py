"""What one check of doctor found."""

from dataclasses import dataclass

REPORT = "Please report this as a bug: an error should say what to do."


@dataclass(frozen=True, slots=True)
class Finding:
    """In order or not, what was seen, and how to mend it."""

    ok: bool
    detail: str
    fix: str = ""


def good(detail: str) -> Finding:
    """Nothing to mend."""
    return Finding(ok=True, detail=detail)


def bad(detail: str, fix: str) -> Finding:
    """Something to mend."""
    return Finding(ok=False, detail=detail, fix=fix or REPORT)
