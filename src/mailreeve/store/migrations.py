"""The schema, step by step. A released step is never edited; a new one is appended.

Portable SQL: ids are text, time is integer epoch milliseconds, records are JSON text.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = ()
