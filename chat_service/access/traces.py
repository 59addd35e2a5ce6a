"""Traces for OpenTelemetry: a span for each request, and in it one for each stage of the work.

What is told: the route or channel, the request's id, the code of what went wrong. No question, no value, no reader.
Where spans go is said by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`). Nothing of
it is imported unless it is asked for.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Span, Tracer, TracerProvider

REQUEST_ID, CODE = "huitou.request_id", "huitou.code"
_NAME = "huitou"


class Trace:
    """A request on its way: the stage that begins ends the one before."""

    def __init__(self, tracer: Tracer, what: str, request_id: str) -> None:
        self._tracer, self._told = tracer, {REQUEST_ID: request_id}
        self._whole: Span = tracer.start_span(what, attributes=self._told)  # type: ignore[assignment]
        self._stage: Span | None = None
        self._is_over = False
        self._lock = threading.Lock()
        # not imported above: an installation without the extra has none of it
        self._within = import_module("opentelemetry.trace").set_span_in_context(self._whole)

    def begin(self, stage: str) -> None:
        """A stage begins. From any thread; nothing is told of what goes on once the request is over."""
        with self._lock:
            if self._is_over:
                return
            self._end_stage()
            started = self._tracer.start_span(stage, context=self._within, attributes=self._told)
            self._stage = started  # type: ignore[assignment]

    def end(self, code: str = "") -> None:
        """The request is over, with the code of what went wrong."""
        with self._lock:
            self._is_over = True
            self._end_stage()
            if code:
                self._whole.set_attribute(CODE, code)
            self._whole.end()

    def _end_stage(self) -> None:
        if self._stage is not None:
            self._stage.end()
            self._stage = None


class Traces:
    """Traces of one process."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer: Tracer = provider.get_tracer(_NAME)  # type: ignore[assignment]

    def begun(self, what: str, request_id: str) -> Trace:
        """A request begins."""
        return Trace(self._tracer, what, request_id)

    def close(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()


def open_traces() -> Traces:
    """Traces that are sent by OTLP over HTTP. Raises ImportError where the extra `otel` is not installed."""
    sdk, export = import_module("opentelemetry.sdk.trace"), import_module("opentelemetry.sdk.trace.export")
    otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resource = import_module("opentelemetry.sdk.resources").Resource.create({})
    provider = sdk.TracerProvider(resource=resource)
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    return Traces(provider)
