"""A receiver of Mailreeve's webhooks: checks the signature, knows doubles, prints one line an event.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... python receiver.py 8080

Put it behind a web server that speaks https, or keep it in your own network (private = true in config.toml).
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

MOST_BYTES = 64 * 1024
SECRET = Webhook(os.environ["WEBHOOK_SECRET"])
seen: set[str] = set()  # a real receiver keeps the ids of the last days in its database


class Receiver(BaseHTTPRequestHandler):
    """Takes one event a request."""

    def do_POST(self) -> None:
        """Verify first, look second."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self._answer(413)
            return
        try:
            event = SECRET.verify(self.rfile.read(length), dict(self.headers))
        except WebhookVerificationError:
            self._answer(401)
            return
        if self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            print(event["type"], event["data"], flush=True)
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Only events are printed."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
