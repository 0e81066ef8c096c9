"""A collector is told what goes on, and nothing of the mail."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.sandbox_server import SandboxServer

from mailreeve import config, telemetry
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, MailreeveError
from mailreeve.service import triage

CANARY = "zebracanary"
MAIL = (
    f"From: {CANARY}-name <{CANARY}@x.example>\r\nTo: me@x.example\r\nSubject: {CANARY} subject\r\n"
    f"Message-ID: <{CANARY}@x.example>\r\n\r\nCan you send the {CANARY} report by Friday?\r\n"
).encode()


class Collector:
    """What an OpenTelemetry collector got."""

    def __init__(self) -> None:
        self.raw: list[tuple[str, bytes, str]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.raw.append((self.path, body, self.headers.get("authorization", "")))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> list[Span]:
        found = []
        for path, body, _ in self.raw:
            if path == "/v1/traces":
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    found += [span for scope in resource.scope_spans for span in scope.spans]
        return found

    def counters(self) -> dict[tuple[str, str], float]:
        """(name, last attribute's value) -> the last reported sum."""
        found: dict[tuple[str, str], float] = {}
        for path, body, _ in self.raw:
            if path != "/v1/metrics":
                continue
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                    for point in metric.sum.data_points:
                        values = [
                            one.value.string_value for one in point.attributes if one.value.string_value
                        ]
                        key = (metric.name, ",".join(sorted(values)))
                        found[key] = point.as_double or float(point.as_int)
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def watched(sandbox: SandboxServer, collector: Collector, tmp_path: Path) -> Iterator[App]:
    """An app whose settings name the collector."""
    text = f'[telemetry]\nendpoint = "{collector.base}"\nheaders = {{ authorization = "env:KEY" }}\n'
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(f'[google]\nquota = "off"\n{text}', encoding="utf-8")
    environment = {
        "MAILREEVE_GOOGLE_BASE": sandbox.base_url,
        "MAILREEVE_GOOGLE_TOKEN": sandbox.token,
        "KEY": "Bearer k1",
    }
    app = App(config.load(environment, home))
    yield app
    app.close()


def test_a_run_is_told_without_a_word_of_the_mail(
    sandbox: SandboxServer, collector: Collector, watched: App
) -> None:
    """Spans of the run, its steps and its requests; counters that agree with the run; no text and no address."""
    sandbox.deliver(MAIL)
    run = triage.triage(watched.mailbox(), since="1d", cancel=Cancel())
    watched.close()
    spans = collector.spans()
    assert {"triage.run", "triage.step", "gmail.request"} <= {span.name for span in spans}
    (told,) = [span for span in spans if span.name == "triage.run"]
    assert {"run": run["run"]} == {one.key: one.value.string_value for one in told.attributes}
    counters = collector.counters()
    assert 1 == sum(number for (name, _), number in counters.items() if name == "mailreeve.mails")
    assert run["units"] == counters["mailreeve.gmail.units", ""]
    for _, body, key in collector.raw:
        assert "Bearer k1" == key
        assert CANARY.encode() not in body
        assert sandbox.account.encode() not in body


def test_an_error_is_told_by_its_kind_alone(
    sandbox: SandboxServer, collector: Collector, watched: App
) -> None:
    """The text of an error may repeat mail, so it stays here."""
    box = watched.mailbox()
    _ = box.address
    with pytest.raises(MailreeveError), telemetry.span("triage.run"):
        raise ConfigError(f"about {CANARY}")
    watched.close()
    (span,) = [one for one in collector.spans() if one.name == "triage.run"]
    assert {"error.type": "ConfigError"} == {one.key: one.value.string_value for one in span.attributes}
    assert [] == list(span.events)
    assert "" == span.status.message
    assert not any(CANARY.encode() in body for _, body, _ in collector.raw)


def test_a_collector_that_is_down_stops_nothing(
    sandbox: SandboxServer, collector: Collector, watched: App
) -> None:
    """The run ends as it would without one."""
    collector.server.shutdown()
    collector.server.server_close()
    sandbox.deliver(MAIL)
    assert "done" == triage.triage(watched.mailbox(), since="1d", cancel=Cancel())["state"]


def test_without_the_setting_nothing_is_loaded() -> None:
    """OpenTelemetry's SDK costs nothing for those who do not ask for it."""
    code = (
        "import sys, pathlib, tempfile; from mailreeve.app import App; from mailreeve.config import Config;"
        "App(Config(home=pathlib.Path(tempfile.mkdtemp()))).close();"
        "sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_a_setting_that_is_missing_in_the_environment_is_named(tmp_path: Path) -> None:
    """A header's env:NAME that is not there."""
    (tmp_path / "config.toml").write_text('[telemetry]\nheaders = { authorization = "env:NOPE" }\n')
    with pytest.raises(ConfigError, match=r"telemetry\.headers: NOPE"):
        config.load({}, tmp_path)
