"""A browser without a window: cookies, forms as they stand on the page, and the headers that Chromium sends."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser

OWN_FORM = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
"""What a form of a page with Referrer-Policy no-referrer is sent with."""


@dataclass(frozen=True)
class Page:
    """One answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    @property
    def words(self) -> str:
        """All visible text on one line."""
        body = self.tree.body
        return " ".join(body.text().split()) if body else ""

    def form(self, action: str) -> dict[str, str]:
        """The fields of the first form with this action, as they are filled in."""
        found = self.tree.css_first(f'form[action="{action}"]')
        assert found is not None, f"no form {action} in {self.words[:300]}"
        fields = {}
        for one in found.css("input, textarea"):
            kind = one.attributes.get("type")
            if kind == "checkbox":
                continue
            # a browser drops the first line break of a textarea
            value = one.text().removeprefix("\n") if one.tag == "textarea" else one.attributes.get("value")
            fields[one.attributes["name"] or ""] = value or ""
        return fields


class Client:
    """One browser; it follows no redirect by itself."""

    def __init__(self, opening: str) -> None:
        parts = urlsplit(opening)
        self.host = parts.netloc
        self.cookie = ""
        opened = self.get(parts.path)
        self.opened = opened
        self.cookie = opened.headers.get("set-cookie", "").partition(";")[0]

    def request(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        sent = {**({"Cookie": self.cookie} if self.cookie else {}), **headers}
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in {"Host": self.host, **sent}.items():
                connection.putheader(name, value)
            data = body.encode() if body is not None else b""
            if body is not None and "Content-Length" not in sent:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data or None)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Page:
        return self.request("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request(
            "POST", path, urlencode(fields), {**kind, **(OWN_FORM if headers is None else headers)}
        )

    def submit(self, page: Page, action: str, **fields: str) -> Page:
        """Send a form of a page, with some fields changed."""
        return self.post(action, {**page.form(action), **fields})

    def follow(self, page: Page) -> Page:
        """Go where a 303 leads."""
        assert page.status == 303, (page.status, page.words)
        return self.get(page.headers["location"].partition("#")[0])
