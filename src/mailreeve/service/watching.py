"""Gmail's watch on each mailbox, which tells a Pub/Sub topic of changes: renewed daily, its health told.

A watch that lapsed loses nothing: what is new is read from Gmail's history, from the saved cursor on.
"""

from datetime import datetime

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, MailreeveError
from mailreeve.service.answers import WatchJson
from mailreeve.service.finding import Finding, bad, good
from mailreeve.store.watches import LISTENER, Watches, WatchRow

DAILY = 24 * 3_600_000
"""Milliseconds after which a watch is renewed; it would last a week."""
AGAIN = 3_600_000
"""Milliseconds before a renewal that failed is tried again."""
SILENT = 2
"""So many looks found mail without a notice: somebody should see to the subscription."""


def due(app: App, now: int) -> set[str]:
    """The mailboxes whose watch is to be renewed."""
    if not app.config.wake.is_on:
        return set()
    rows = Watches(app.db).all()
    return {one.address for one in app.logins if _is_due(app, rows.get(one.address), now)}


def _is_due(app: App, row: WatchRow | None, now: int) -> bool:
    if row is None or not row.tried:
        return True
    if row.error:
        return now - row.tried >= AGAIN
    return row.topic != app.config.wake.topic or now - row.renewed >= DAILY or row.expires <= now


def keep(app: App, address: str, now: int, cancel: Cancel) -> list[str]:
    """Renew the watch of a mailbox when it is time to; a line about it. A failure is written down, not raised."""
    watches = Watches(app.db)
    before = watches.of(address)
    if not app.config.wake.is_on or not _is_due(app, before, now):
        return []
    topic = app.config.wake.topic
    try:
        expires = app.mailbox(address).gmail.bound(cancel, interactive=False).watch(topic)
    except Cancelled:
        raise
    except MailreeveError as error:
        watches.failed(address, str(error), now)
        return [f"Gmail's watch of {address} could not be renewed: {error} New mail is looked for meanwhile."]
    watches.renewed(address, topic, expires, now)
    if before.expires > now:
        return [f"Gmail watches {address} until {_shown(app, expires)}."]
    watches.noticed(address, now)  # nobody told what came until now: a look finds it
    gap = f" The last watch had lapsed at {_shown(app, before.expires)}; what came since is looked for now."
    return [f"Gmail watches {address} until {_shown(app, expires)}.{gap if before.expires else ''}"]


def stop(app: App, address: str, cancel: Cancel) -> None:
    """Have nobody told of this mailbox any more; done only where it is watched. Raises GoogleError or LoginNeeded."""
    if Watches(app.db).of(address).expires:
        app.mailbox(address).gmail.bound(cancel).stop_watch()
        Watches(app.db).ended(address)


def told(app: App, address: str, now: int) -> WatchJson:
    """The state of the watch: off, none, live, silent, failing or lapsed."""
    if not app.config.wake.is_on:
        return WatchJson(state="off", until="", noticed="", error="")
    row = Watches(app.db).of(address)
    error = row.error or Watches(app.db).of(LISTENER).error
    state = "failing" if error else "silent" if row.missed >= SILENT else "live"
    if row.expires <= now:
        state = "lapsed" if row.expires else "failing" if error else "none"
    return WatchJson(state=state, until=_iso(app, row.expires), noticed=_iso(app, row.noticed), error=error)


def health(app: App, address: str, now: int) -> Finding:
    """Whether Gmail tells of new mail, as the settings want it to."""
    found, row = told(app, address, now), Watches(app.db).of(address)
    until = _shown(app, row.expires)
    match found["state"]:
        case "off":
            every = app.config.night.every
            how = f"every {every.total_seconds() / 60:.0f} min" if every else "in the nights alone"
            return good(f"not used: new mail is looked for {how}")
        case "none":
            return bad("Gmail does not watch the mailbox yet.", "Start `mailreeve worker`: it sees to that.")
        case "lapsed":
            return bad(
                f"Gmail's watch lapsed at {until}. {found['error']}".rstrip(),
                "Start `mailreeve worker`: it renews the watch, and finds what came meanwhile.",
            )
        case "failing":
            return bad(f"{found['error']} New mail is looked for meanwhile.", "See docs/wake.md.")
        case "silent":
            return bad(
                "Gmail watches the mailbox, but new mail came without a notice.",
                "Look whether the subscription belongs to [wake] topic, and whether the worker reaches it (docs/wake.md).",
            )
    last = f", last notice {_shown(app, row.noticed)}" if row.noticed else ""
    return good(f"Gmail watches the mailbox until {until}{last}")


def _shown(app: App, moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, app.zone):%Y-%m-%d %H:%M}"


def _iso(app: App, moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, app.zone).isoformat(timespec="seconds") if moment else ""
