"""Whether all is well: the audit log and the doctor's checks."""

from typing_extensions import TypedDict


class AuditAnswer(TypedDict):
    """Whether the audit log is unbroken; `broken_at` is the first row that does not fit."""

    ok: bool
    rows: int
    head: str
    anchor: str
    broken_at: int | None


class Check(TypedDict):
    """One thing that doctor looked at, and how to mend it."""

    name: str
    ok: bool
    detail: str
    fix: str


class DoctorAnswer(TypedDict):
    """All checks; `ok` when none failed."""

    ok: bool
    checks: list[Check]
