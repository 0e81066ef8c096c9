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

CONTACTS = ROOT + "contacts"
CONTACTS_READONLY = ROOT + "contacts.readonly"
OTHERS_READONLY = ROOT + "contacts.other.readonly"
CALENDAR = ROOT + "calendar"
CALENDAR_READONLY = ROOT + "calendar.readonly"
CALENDAR_LIST = ROOT + "calendar.calendarlist"
CALENDAR_LIST_READONLY = ROOT + "calendar.calendarlist.readonly"
EVENTS = ROOT + "calendar.events"
EVENTS_READONLY = ROOT + "calendar.events.readonly"
FREEBUSY = ROOT + "calendar.freebusy"

PUBSUB = ROOT + "pubsub"
CLOUD = ROOT + "cloud-platform"

PRINTED = (MODIFY, BASIC, CONTACTS, OTHERS_READONLY, EVENTS, FREEBUSY, PUBSUB)
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

WRITE_CONTACTS = frozenset({CONTACTS})
READ_CONTACTS = frozenset({CONTACTS, CONTACTS_READONLY})
READ_OTHERS = frozenset({OTHERS_READONLY})

WRITE_EVENTS = frozenset({CALENDAR, EVENTS})
READ_EVENTS = WRITE_EVENTS | {CALENDAR_READONLY, EVENTS_READONLY}
READ_CALENDARS = frozenset({CALENDAR, CALENDAR_READONLY, CALENDAR_LIST, CALENDAR_LIST_READONLY})
READ_BUSY = frozenset({CALENDAR, CALENDAR_READONLY, FREEBUSY})

PUBSUB_CALLS = frozenset({PUBSUB, CLOUD})
"""What a service account may ask for in its own name."""
