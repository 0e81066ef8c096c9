"""What the triage of one account works with."""

from typing import TYPE_CHECKING

from mailreeve.app import rulebook
from mailreeve.app.mailbox import Mailbox
from mailreeve.google.quota import PER_MINUTE, cost
from mailreeve.triage.parts import Parts, Settings

if TYPE_CHECKING:
    from mailreeve.triage.ruling import Ruling


def of(box: Mailbox, ruling: "Ruling | None") -> Parts:
    """What the triage of this account works with, with a reader's budget of its own.

    `ruling` are the rules that a run obeys: only a run is stopped by rules that cannot be read.
    """
    triage, llm = box.config.triage, box.config.llm
    settings = Settings(
        label_prefix=triage.label_prefix,
        may_label="label" in box.config.policy.capabilities,
        drafts=triage.drafts and "draft" in box.config.policy.capabilities,
        max_drafts=triage.max_drafts,
        stories=box.config.digest.stories,
        first_days=triage.first_days,
        first_cap=triage.first_cap,
        offline_bar=triage.offline_bar,
        concurrency=llm.concurrency,
        units_per_minute=PER_MINUTE[box.app.google.quota],
        units_per_get=cost("messages.get", box.app.google.quota),
        price_per_million=max(llm.price_in_per_million, llm.price_out_per_million),
        settle_seconds=box.settle_seconds,
    )
    return Parts(
        account=box.address,
        gmail=box.gmail,
        offline=box.offline(),
        llm=box.llm(ruling),
        ruling=ruling,
        ledger=box.ledger,
        journal=box.journal,
        audit=box.audit,
        labels=box.labels,
        zone=box.zone,
        settings=settings,
        own=box.own,
        send_as=box.send_as,
        kept=box.kept,
        book=box.book if box.may("contacts") else None,
        agenda=(lambda cancel: box.agenda(box.diary.bound(cancel))) if box.may("calendar") else None,
        times=box.times if box.may("calendar") and box.config.llm.configured else None,
        remember=box.local.remember,
        plan=box.app.plan if box.app.is_planned else None,
        learned=box.learned,
        propose=rulebook.proposer(box),
        schedule=rulebook.scheduler(box),
        note_draft=box.note_draft,
        outlet=box.outlet if ruling and ruling.leads_outside else None,
    )
