"""The composition root: Config -> App -> Mailbox. The only room where parts are joined."""

from mailreeve.app.home import AUDIT_KEY, App
from mailreeve.app.mailbox import Mailbox

__all__ = ["AUDIT_KEY", "App", "Mailbox"]
