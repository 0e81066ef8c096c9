"""The audit log, page by page, and whether it is whole."""

import json

from mailreeve.service import review
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit


def show(visit: Visit) -> Reply:
    """One page of the log; the whole chain is recomputed each time."""
    rows = review.audit_rows(visit.box, visit.number("before"))
    shown = [
        (row, visit.box.local_time(int(row.at.timestamp() * 1000)), json.dumps(row.body, ensure_ascii=False))
        for row in rows
    ]
    older = rows[-1].seq if len(rows) == review.AUDIT_PAGE else 0
    verified = review.verify_audit(visit.box.app)
    return page(
        visit,
        "audit.html",
        here="/audit",
        rows=shown,
        older=older,
        newest=not visit.number("before"),
        verified=verified,
    )
