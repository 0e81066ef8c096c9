"""Frozen records: what the rooms hand to each other. Never a raw API dict."""

from mailreeve.models.doing import Action, Change, ChangeState, Coverage, Failure
from mailreeve.models.leaving import Envelope, Flag, Proposal, ProposalState, Weight
from mailreeve.models.mail import Address, Attachment, Hidden, Invite, Link, Message, Thread
from mailreeve.models.mailbox import (
    Draft,
    DraftPage,
    HistoryPage,
    Label,
    Page,
    Profile,
    Ref,
    SendAs,
    SentMail,
)
from mailreeve.models.plain import Json, Progress
from mailreeve.models.reading import (
    ActionItem,
    Archetype,
    DecidedBy,
    LabelSpec,
    Priority,
    ReplyText,
    Summary,
    Usage,
    Verdict,
)

__all__ = [
    "Action",
    "ActionItem",
    "Address",
    "Archetype",
    "Attachment",
    "Change",
    "ChangeState",
    "Coverage",
    "DecidedBy",
    "Draft",
    "DraftPage",
    "Envelope",
    "Failure",
    "Flag",
    "Hidden",
    "HistoryPage",
    "Invite",
    "Json",
    "Label",
    "LabelSpec",
    "Link",
    "Message",
    "Page",
    "Priority",
    "Profile",
    "Progress",
    "Proposal",
    "ProposalState",
    "Ref",
    "ReplyText",
    "SendAs",
    "SentMail",
    "Summary",
    "Thread",
    "Usage",
    "Verdict",
    "Weight",
]
