"""OpenTelemetry: what `telemetry` is told goes to the collector that the settings name (the extra `otel`).

Source: opentelemetry.io/docs/specs/otlp (OTLP over HTTP). Nothing of the environment is read for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mailreeve import __version__, platform, telemetry
from mailreeve.config import TelemetryConfig
from mailreeve.errors import ConfigError
from mailreeve.telemetry import Fact, Span

EVERY = 15_000
"""Milliseconds between two reports of the counters."""
PATIENCE = 5
"""Seconds that a report may take; one that fails is dropped, work never waits for it."""


class Collector:
    """A line to an OpenTelemetry collector."""

    def __init__(self, settings: TelemetryConfig) -> None:
        """Raises ConfigError when the extra is not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise ConfigError(
                "[telemetry] endpoint is set, and OpenTelemetry is not installed.",
                f"Install it with {platform.install('otel')}, or take the endpoint out.",
            ) from None
        root = settings.endpoint
        told = {name: secret.get_secret_value() for name, secret in settings.headers.items()}
        about = Resource({"service.name": "mailreeve", "service.version": __version__})
        spans = OTLPSpanExporter(endpoint=f"{root}/v1/traces", headers=told, timeout=PATIENCE)
        numbers = OTLPMetricExporter(endpoint=f"{root}/v1/metrics", headers=told, timeout=PATIENCE)
        self._traces = TracerProvider(resource=about)
        self._traces.add_span_processor(BatchSpanProcessor(spans))
        self._metrics = MeterProvider([PeriodicExportingMetricReader(numbers, EVERY)], about)
        self._tracer = self._traces.get_tracer("mailreeve", __version__)
        self._meter = self._metrics.get_meter("mailreeve", __version__)
        self._counters: dict[str, Any] = {}

    @contextmanager
    def span(self, name: str, facts: dict[str, Fact]) -> Iterator[Span]:
        """A span; of an error only the name of its class is told."""
        from opentelemetry.trace import Status, StatusCode

        with self._tracer.start_as_current_span(
            name, attributes=facts, record_exception=False, set_status_on_exception=False
        ) as made:
            try:
                yield _Open(made)
            except BaseException as error:
                made.set_attribute("error.type", type(error).__name__)
                made.set_status(Status(StatusCode.ERROR))
                raise

    def count(self, name: str, amount: float, facts: dict[str, Fact]) -> None:
        """Add to a counter."""
        if name not in self._counters:
            self._counters[name] = self._meter.create_counter(name)
        self._counters[name].add(amount, facts)

    def close(self) -> None:
        """Report what is left and end."""
        telemetry.watch(None)
        self._traces.shutdown()
        self._metrics.shutdown()


class _Open:
    def __init__(self, span: Any) -> None:
        self._span = span

    def note(self, **facts: Fact) -> None:
        self._span.set_attributes({name.replace("__", "."): fact for name, fact in facts.items()})


def start(settings: TelemetryConfig) -> Collector | None:
    """Begin to tell, when the settings name a collector."""
    if not settings.endpoint:
        return None
    made = Collector(settings)
    telemetry.watch(made)
    return made
