"""Proposals and raw letters for tests that need no mailbox."""

from typing import Any

from mailreeve.models import Envelope, Proposal, ProposalState

OWN = "ada@example.com"


def proposal(**fields: Any) -> Proposal:
    """A proposal whose fields are all different from each other."""
    plain: dict[str, Any] = {
        "id": "p1",
        "kind": "send",
        "account": OWN,
        "draft_id": "r1",
        "thread_id": "t1",
        "message_id": "<m1@example.com>",
        "mark": "",
        "envelope": Envelope((OWN,), ("bob@partner.example",), ("carl@partner.example",), ()),
        "subject": "Hello",
        "raw": b"To: bob@partner.example\r\n\r\nHello\r\n",
        "body_hash": "",
        "flags": (),
        "digest": "",
        "state": ProposalState.PROPOSED,
        "created_at": 0,
        "expires_at": 0,
    }
    return Proposal(**{**plain, **fields})


def raw(*lines: str, body: str = "Hello", end: str = "\r\n") -> bytes:
    """A plain message: header lines as given, From and To where they are left out."""
    names = {line.partition(":")[0].lower() for line in lines}
    head = list(lines)
    if "from" not in names:
        head.insert(0, f"From: Ada <{OWN}>")
    if "to" not in names:
        head.append("To: Bob <bob@partner.example>")
    return (end.join([*head, "", body]) + end).encode("utf-8", "surrogateescape")
