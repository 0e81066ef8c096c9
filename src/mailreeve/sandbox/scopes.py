"""OAuth scopes and what each method accepts.

Source: the `scopes` of each method in the discovery document gmail.v1.
"""

ROOT = "https://www.googleapis.com/auth/"
FULL = "https://mail.google.com/"
MODIFY = ROOT + "gmail.modify"
READONLY = ROOT + "gmail.readonly"
METADATA = ROOT + "gmail.metadata"
COMPOSE = ROOT + "gmail.compose"
SEND = ROOT + "gmail.send"
LABELS = ROOT + "gmail.labels"
INSERT = ROOT + "gmail.insert"
BASIC = ROOT + "gmail.settings.basic"

PRINTED = (MODIFY, BASIC)
"""What the printed token was granted: everything that Mailreeve asks for, and no permanent deletion."""

READ = frozenset({FULL, MODIFY, READONLY})
READ_METADATA = READ | {METADATA}
CHANGE = frozenset({FULL, MODIFY})
ERASE = frozenset({FULL})
WRITE_DRAFTS = frozenset({FULL, MODIFY, COMPOSE})
READ_DRAFTS = WRITE_DRAFTS | {READONLY}
SEND_MAIL = WRITE_DRAFTS | {SEND}
PUT_MAIL = frozenset({FULL, MODIFY, INSERT})
READ_LABELS = READ_METADATA | {LABELS}
WRITE_LABELS = CHANGE | {LABELS}
PROFILE = READ_METADATA | {COMPOSE}
READ_SETTINGS = READ | {BASIC}

CONTACTS = ROOT + "contacts"
CONTACTS_READONLY = ROOT + "contacts.readonly"
OTHERS_READONLY = ROOT + "contacts.other.readonly"
WRITE_CONTACTS = frozenset({CONTACTS})
READ_CONTACTS = frozenset({CONTACTS, CONTACTS_READONLY})
READ_OTHERS = frozenset({OTHERS_READONLY})
