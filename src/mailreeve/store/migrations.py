"""The schema, step by step. A released step is never edited; a new one is appended.

Portable SQL: ids are text, time is integer epoch milliseconds, records are JSON text.
"""

M001 = (
    """create table account (
        address text primary key,
        base text not null,
        scopes text not null,
        capabilities text not null,
        added_at bigint not null
    )""",
    """create table run (
        id text primary key,
        account text not null,
        state text not null,
        started_at bigint not null,
        finished_at bigint,
        result text not null
    )""",
    "create index run_account on run (account, started_at)",
    """create table ledger (
        account text not null,
        message text not null,
        generation integer not null,
        thread text not null,
        state text not null,
        run text not null default '',
        attempts integer not null default 0,
        error text not null default '',
        verdict text,
        decided_by text not null default '',
        sender text not null default '',
        subject text not null default '',
        received_at bigint not null default 0,
        labels text not null default '[]',
        history_id text not null default '',
        draft text not null default '',
        note text not null default '',
        queued_at bigint not null,
        place integer not null,
        updated_at bigint not null,
        primary key (account, message, generation)
    )""",
    "create index ledger_state on ledger (account, state)",
    "create index ledger_run on ledger (run)",
    """create table cursor (
        account text primary key,
        history_id text not null,
        saved_at bigint not null
    )""",
    """create table tombstone (
        account text not null,
        message text not null,
        label text not null,
        at bigint not null,
        primary key (account, message, label)
    )""",
    """create table change (
        seq integer primary key,
        id text not null unique,
        run text not null,
        account text not null,
        kind text not null,
        target text not null,
        "do" text not null,
        inverse text not null,
        state text not null,
        note text not null default '',
        at bigint not null,
        settled_at bigint
    )""",
    "create index change_run on change (run)",
    "create index change_target on change (account, target)",
    """create table audit (
        seq integer primary key,
        at bigint not null,
        actor text not null,
        account text not null,
        event text not null,
        body text not null,
        keyed integer not null,
        prev text not null,
        hash text not null unique
    )""",
    """create trigger audit_no_update before update on audit
        begin select raise(abort, 'the audit is append-only'); end""",
    """create trigger audit_no_delete before delete on audit
        begin select raise(abort, 'the audit is append-only'); end""",
    """create table audit_head (
        one integer primary key check (one = 1),
        seq bigint not null,
        keyed integer not null,
        mac text not null
    )""",
    """create table quota (
        account text primary key,
        level real not null,
        at bigint not null
    )""",
)
"""Accounts, the ledger, the journal, the audit chain, the quota bucket."""

M002 = (
    """create table proposal (
        id text primary key,
        kind text not null,
        account text not null,
        draft_id text not null,
        thread_id text not null,
        message_id text not null,
        mark text not null,
        envelope text not null,
        subject text not null,
        raw blob not null,
        body_hash text not null,
        flags text not null,
        digest text not null unique,
        state text not null check (state in ('proposed', 'approved', 'scheduled', 'executing', 'done',
            'failed', 'unknown', 'rejected', 'expired', 'cancelled')),
        created_at bigint not null,
        expires_at bigint not null,
        scheduled_at bigint not null,
        decided_at bigint not null,
        decided_by text not null,
        decided_how text not null,
        executing_at bigint not null,
        finished_at bigint not null,
        sent_id text not null,
        outcome text not null
    )""",
    # one undecided fate per draft: two proposals never race for the same one
    """create unique index proposal_open on proposal (account, draft_id)
        where state in ('proposed', 'approved', 'scheduled', 'executing', 'unknown')""",
    "create index proposal_state on proposal (account, state, scheduled_at)",
    """create table approval (
        digest text primary key references proposal (digest) on delete cascade,
        channel text not null,
        nonce text not null unique,
        decided_by text not null,
        at bigint not null,
        used_at bigint not null default 0
    )""",
    """create table drafted_text (
        account text not null,
        draft_id text not null,
        text_hash text not null,
        decided_by text not null,
        at bigint not null,
        primary key (account, draft_id)
    )""",
)
"""What wants to leave: proposals, their approvals, and the hash of a reader's text."""

M003 = (
    """create table kept (
        account text not null,
        change text not null,
        at bigint not null,
        raw blob not null,
        primary key (account, change)
    )""",
)
"""Drafts as they were before we changed them, for a week."""

M004 = (
    """create table correspondent (
        account text not null,
        address text not null,
        written integer not null,
        primary key (account, address)
    )""",
    """create table correspondents_seen (
        account text primary key,
        at bigint not null
    )""",
)
"""Whom the person writes to."""

M005 = (
    """create table client (
        name text primary key,
        version text not null,
        protocol text not null,
        first_at bigint not null,
        last_at bigint not null,
        refused integer not null default 0
    )""",
    "alter table proposal add column bounce text not null default ''",
)
"""Programs that spoke MCP; and what a receiving server said about a message that was sent."""

M006 = (
    "drop trigger audit_no_update",
    """create trigger audit_no_update before update on audit when not (new.seq = old.seq and new.keyed = old.keyed
            and new.prev = old.prev and new.hash = old.hash and new.at = 0 and new.actor = '' and new.account = ''
            and new.event = '' and new.body = '')
        begin select raise(abort, 'the audit is append-only'); end""",
)
"""A row of the audit can be emptied, and nothing else: its hash stays, so the chain does."""

M007 = (
    """create table consent (
        account text not null,
        destination text not null,
        terms text not null,
        given_by text not null,
        how text not null,
        at bigint not null,
        primary key (account, destination)
    )""",
    """create table outbox (
        seq integer primary key,
        account text not null,
        destination text not null,
        event text not null,
        kind text not null,
        terms text not null,
        payload blob not null,
        digest text not null,
        state text not null default 'pending' check (state in ('pending', 'delivering', 'delivered', 'dead')),
        attempts integer not null default 0,
        created_at bigint not null,
        first_at bigint not null default 0,
        next_at bigint not null,
        settled_at bigint not null default 0,
        error text not null default '',
        lease text not null default '',
        unique (account, destination, event)
    )""",
    "create index outbox_due on outbox (account, destination, state, seq)",
)
"""What waits for destinations, and the consents that it may go under."""

M008 = (
    """create table observation (
        account text not null,
        message text not null,
        thread text not null,
        sender text not null,
        list_id text not null,
        decided text not null,
        label text not null default '',
        source text not null default '',
        at bigint not null,
        primary key (account, message)
    )""",
    "create index observation_thread on observation (account, thread)",
    """create table wish (
        account text not null,
        scope text not null,
        value text not null,
        label text not null,
        at bigint not null,
        primary key (account, scope, value)
    )""",
)
"""What the person did with decided mail, which patterns come of; and what they said of patterns."""

M009 = (
    "alter table outbox add column thread text not null default ''",
    """create table ticket (
        account text not null,
        destination text not null,
        thread text not null,
        ticket text not null,
        link text not null,
        at bigint not null,
        primary key (account, destination, thread)
    )""",
)
"""Which ticket a thread has at a destination."""

M010 = (
    """create table worker (
        name text primary key,
        since bigint not null,
        beat bigint not null,
        error text not null default ''
    )""",
)
"""Who wakes at night, and its last sign of life."""

M011 = ("alter table quota add column attended bigint not null default 0",)
"""When a person last called Google, so that work at night may take what is kept for them."""

M012 = (
    """create table contact (
        account text not null,
        id text not null,
        own integer not null,
        name text not null,
        keys text not null,
        body text not null,
        primary key (account, id)
    )""",
    """create table contact_cursor (
        account text not null,
        own integer not null,
        token text not null,
        at bigint not null,
        primary key (account, own)
    )""",
    """create table dav_item (
        account text not null,
        destination text not null,
        local text not null,
        local_etag text not null,
        href text not null,
        etag text not null,
        primary key (account, destination, local)
    )""",
)
"""The address book as it was seen last, and what of it lies on which CardDAV or CalDAV server."""

M013 = (
    "alter table outbox add column rule text not null default ''",
    "alter table outbox add column message text not null default ''",
    "alter table outbox add column placed bigint not null default 0",
    """create index outbox_open on outbox (account, destination, placed, seq)
        where state in ('pending', 'delivering')""",
)
"""Which rule wants an act outside, and for which message."""

M014 = (
    """create table system (
        account text not null,
        id text not null,
        key_hash text not null,
        at bigint not null,
        primary key (account, id)
    )""",
    """create table asked (
        account text not null,
        system text not null,
        name text not null,
        digest text not null,
        draft text not null default '',
        proposal text not null default '',
        at bigint not null,
        primary key (account, system, name)
    )""",
)
"""Other software that may ask for a mail, and what it asked for."""

M015 = (
    """create table owed (
        account text not null,
        thread text not null,
        message text not null,
        number integer not null,
        recipients text not null,
        subject text not null,
        sent bigint not null,
        asked text not null,
        promises text not null,
        primary key (account, thread)
    )""",
    """create table owed_look (
        account text primary key,
        at bigint not null,
        error text not null
    )""",
    """create table digest_mail (
        account text not null,
        span text not null,
        day text not null,
        mark text not null,
        draft text not null default '',
        state text not null default 'begun' check (state in ('begun', 'drafted', 'asked', 'sent', 'dropped')),
        note text not null default '',
        at bigint not null,
        primary key (account, span, day)
    )""",
)
"""Who still owes an answer; and each digest that was mailed, written down before its draft."""

M016 = (
    "drop index ledger_run",
    "create index ledger_run on ledger (account, run)",
    "create index ledger_received on ledger (account, received_at)",
    """create index ledger_aged on ledger (account, updated_at)
        where (sender <> '' or subject <> '' or verdict is not null or note <> '' or error <> '')""",
)
"""What each run asks of all mail that was ever decided: its own, when the newest came, and what has become old."""

M017 = (
    """create table diary_item (
        account text not null,
        id text not null,
        series text not null,
        etag text not null,
        primary key (account, id)
    )""",
    """create table diary_cursor (
        account text primary key,
        token text not null
    )""",
)
"""Which events the calendar holds, and how far it was looked at."""

M018 = (
    """create table style (
        account text not null,
        language text not null,
        kind text not null,
        value text not null,
        count integer not null,
        primary key (account, language, kind, value)
    )""",
    """create table style_phrase (
        account text not null,
        language text not null,
        words text not null,
        at bigint not null,
        primary key (account, language, words)
    )""",
    """create table style_draft (
        account text not null,
        mark text not null,
        thread text not null,
        hash text not null,
        words integer not null,
        at bigint not null,
        primary key (account, mark)
    )""",
)
"""How the person writes, as counts; phrases that they chose; and hashes of drafts, to see what they made of them."""

M019 = (
    """create table watch (
        account text primary key,
        topic text not null default '',
        expires bigint not null default 0,
        renewed bigint not null default 0,
        tried bigint not null default 0,
        error text not null default '',
        noticed bigint not null default 0,
        looked bigint not null default 0,
        missed integer not null default 0
    )""",
)
"""Until when Gmail tells of a mailbox's changes, and what it told."""

M020 = (
    "alter table outbox add column unlabelled integer not null default 0",
    "create index outbox_unlabelled on outbox (account, seq) where unlabelled = 1",
)
"""Mail that went to a ticket and is to bear its label."""

M021 = (
    """create table mark (
        account text not null,
        message text not null,
        given text not null,
        wanted text not null,
        decided_by text not null,
        confidence double precision not null,
        at bigint not null,
        primary key (account, message)
    )""",
)
"""What the person said about decisions on their own mail (`eval mine`): ids and labels."""

M022 = (
    """create table story (
        account text not null,
        message text not null,
        generation integer not null,
        told text not null,
        at bigint not null,
        primary key (account, message, generation)
    )""",
)
"""What a model told of a thread with several new mails, by the newest of them."""

M023 = ("alter table owed_look add column seen text not null default '{}'",)
"""Which threads the last look at what is owed saw, so that it reads those alone that changed."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    *(M001, M002, M003, M004, M005, M006, M007, M008, M009, M010, M011),
    *(M012, M013, M014, M015, M016, M017, M018, M019, M020, M021, M022),
    M023,
)
