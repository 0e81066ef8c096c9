"""The two ways to Google: one that may repeat a request by itself, and one that never does."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mailreeve import telemetry
from mailreeve.google.endpoints import Endpoints
from mailreeve.google.shortening import Shortener

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers by lower-case name, the body."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


class Wire:
    """Carries requests that googleapiclient has built. Usable from any number of threads."""

    def __init__(self, credentials: Any, endpoints: Endpoints, timeout: float) -> None:
        """`credentials` are google.auth credentials, `timeout` is in seconds per read."""
        self.endpoints = endpoints
        self._credentials = credentials
        self._timeout = timeout
        self._idle: list[Any] = []
        self._readers: list[Any] = []
        self.date = ""
        """The Date header of the latest answer."""
        self._guard = threading.Lock()
        self._renewing = threading.Lock()

    def carry(self, request: Any) -> Answer:
        """For requests that may arrive twice: httplib2 repeats one, even a POST, on a lost answer."""
        return self._with_token(lambda: _watched(request, self._repeatable))

    def carry_mail(self, request: Any) -> Answer:
        """For answers that hold mail: read with its longest strings cut, so that their size is bounded.

        May arrive twice, as with `carry`, but nothing below this line repeats it.
        """
        return self._with_token(lambda: self._read(request))

    def carry_once(self, request: Any) -> Answer:
        """For requests that must arrive once: a fresh connection each, no repetition below this line.

        A 401 says for certain that nothing was done, so only then a second request goes out. Raises what
        requests and google.auth raise: a google.auth error always means that nothing was done.
        """
        return self._with_token(lambda: _watched(request, self._post))

    def _with_token(self, send: Callable[[], Answer]) -> Answer:
        used = self.token()
        answer = send()
        if answer.status == 401:
            self.renew(used)
            answer = send()
        self.date = str(answer.headers.get("date", ""))
        return answer

    def token(self) -> str | None:
        """A live access token, made before a request and not by repeating it."""
        if not self._credentials.valid:
            self.renew(self._credentials.token)
        token: str | None = self._credentials.token
        return token

    def renew(self, used: str | None) -> None:
        """Replace an access token that was refused, once for all threads that used it.

        Raises google.auth's errors, or LoginNeeded.
        """
        with self._renewing:
            if self._credentials.token == used:
                self._credentials.refresh(None)  # the hook has its own way to the login server

    def outdate(self) -> None:
        """Have the next request ask for a new access token, with what the person grants by then.

        A ready token, which has no known end, cannot be renewed and stays.
        """
        with self._renewing:
            if self._credentials.expiry is not None:
                self._credentials.token = None

    def _repeatable(self, request: Any) -> Answer:
        with self._borrowed() as http:
            response, content = http.request(
                request.uri, method=request.method, body=request.body, headers=dict(request.headers)
            )
        return Answer(response.status, response, content)

    def _post(self, request: Any) -> Answer:
        import requests.adapters
        from google.auth.transport.requests import AuthorizedSession, Request

        with requests.Session() as unused:
            session = AuthorizedSession(
                self._credentials,
                refresh_status_codes=(),
                max_refresh_attempts=0,
                auth_request=Request(unused),
            )
            with session:
                for scheme in ("https://", "http://"):
                    session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=0))
                no_surprises(session, self.endpoints)
                response = session.request(
                    request.method,
                    request.uri,
                    data=request.body,
                    headers={**request.headers, "connection": "close"},
                    timeout=self._timeout,
                    allow_redirects=False,
                )
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, response.content)

    def _read(self, request: Any) -> Answer:
        with self._guard:
            session = self._readers.pop() if self._readers else None
        session = session or self._reader()
        try:
            headers = {**request.headers, "authorization": f"Bearer {self._credentials.token}"}
            asked = {"data": request.body, "headers": headers, "timeout": self._timeout}
            with session.request(
                request.method, request.uri, **asked, allow_redirects=False, stream=True
            ) as response:
                kept = Shortener()
                for piece in response.iter_content(_PIECE):
                    kept.feed(piece)
        except BaseException:
            session.close()
            raise
        with self._guard:
            self._readers.append(session)
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, named, kept.content())

    def _reader(self) -> Any:
        import requests.adapters

        session = requests.Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=0))
        no_surprises(session, self.endpoints)
        return session

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        """An AuthorizedHttp for one thread alone: httplib2 mixes up answers when threads share one.

        After an error it is thrown away: a late answer on it would be taken for that of the next request.
        """
        with self._guard:
            http = self._idle.pop() if self._idle else None
        http = http or self._connection()
        try:
            yield http
        except BaseException:
            http.close()
            raise
        with self._guard:
            self._idle.append(http)

    def _connection(self) -> Any:
        import httplib2
        from google_auth_httplib2 import AuthorizedHttp

        proxy = None if self.endpoints.is_loopback else httplib2.proxy_info_from_environment
        http = httplib2.Http(timeout=self._timeout, proxy_info=proxy)
        http.follow_redirects = False
        return AuthorizedHttp(self._credentials, http=http, refresh_status_codes=())

    def close(self) -> None:
        """Close the idle connections; the next call opens new ones."""
        with self._guard:
            idle, self._idle = [*self._idle, *self._readers], []
            self._readers = []
        for http in idle:
            http.close()


def _watched(request: Any, send: Callable[[Any], Answer]) -> Answer:
    name = getattr(request, "methodId", "") or "batch"
    with telemetry.span("gmail.request", gmail__method=name) as span:
        answer = send(request)
        span.note(http__response__status_code=answer.status)
    telemetry.count("mailreeve.gmail.requests", method=name, status=answer.status)
    return answer


def no_surprises(session: Any, endpoints: Endpoints) -> None:
    """Keep ~/.netrc from replacing the token, and proxies away from this machine."""
    session.auth = _unchanged
    session.trust_env = not endpoints.is_loopback


def _unchanged(request: Any) -> Any:
    return request
