"""A verdict as JSON text and back: what the ledger keeps of a decision. No body; a one-line summary."""

import json
from dataclasses import asdict

from mailreeve.models import Action, ActionItem, DecidedBy, Json, Priority, Verdict


def to_text(verdict: Verdict) -> str:
    """The record as JSON text."""
    return json.dumps(asdict(verdict), ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Verdict:
    """The record that `to_text` wrote."""
    told: Json = json.loads(text)
    return Verdict(
        **{
            **told,
            "priority": Priority(told["priority"]),
            "by": DecidedBy(told["by"]),
            "actions": tuple(ActionItem(**item) for item in told["actions"]),
            "evidence": tuple(told["evidence"]),
            "does": tuple(Action(**item) for item in told.get("does", ())),
            "extracted": tuple((name, value) for name, value in told.get("extracted", ())),
            "met": None if told.get("met") is None else tuple(told["met"]),
        }
    )
