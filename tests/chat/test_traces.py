"""Traces by OpenTelemetry: a span for each stage under that of the request, with its id; none where none are wanted."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from chat_service.access.traces import CODE, REQUEST_ID, Traces
from chat_service.channels.running import new_station
from chat_service.channels.station import Station
from chat_service.channels.typed import TypedQuestion, typed_answer
from chat_service.channels.visits import Visit, asked, read
from chat_service.channels.wire import ChatRequest
from chat_service.settings import Settings
from semantic_layer import ANONYMOUS, HuitouError, MetricQuery
from tests.conftest import TODAY

trace = pytest.importorskip("opentelemetry.sdk.trace")
export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

STAGES = ["translate", "compile", "execute", "present"]


@pytest.fixture
def station(demo_database: Path) -> Iterator[Station]:
    settings = Settings(database=demo_database, as_of=TODAY, conversations_url="sqlite://")
    found = new_station(settings)
    yield found
    found.close()


def test_a_span_for_each_stage_under_that_of_the_request(station: Station) -> None:
    kept = memory.InMemorySpanExporter()
    provider = trace.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(kept))
    station.traces = Traces(provider)
    visit = Visit(ANONYMOUS, "POST /v1/chat", "request-1")
    asyncio.run(asked(station, visit, ChatRequest(message="2025年的订单数")))
    *stages, whole = kept.get_finished_spans()
    assert [each.name for each in stages] == STAGES
    assert (whole.name, whole.parent, dict(whole.attributes)) == ("POST /v1/chat", None, {REQUEST_ID: "request-1"})
    for each in stages:
        assert dict(each.attributes) == {REQUEST_ID: "request-1"}
        assert each.parent.span_id == whole.context.span_id
        assert whole.start_time <= each.start_time <= each.end_time <= whole.end_time
    assert all(one.end_time <= next_.start_time for one, next_ in pairwise(stages))
    kept.clear()
    wrong = TypedQuestion(MetricQuery(metrics=("revenu",)), visit.reader, "en")
    with pytest.raises(HuitouError):
        asyncio.run(read(station, visit, lambda services, job: typed_answer(wrong, services, job, "request-1")))
    assert [each.name for each in kept.get_finished_spans()] == ["compile", "POST /v1/chat"]
    assert kept.get_finished_spans()[-1].attributes[CODE] == "unknown_name"


def test_nothing_of_it_is_there_unless_wanted(station: Station) -> None:
    assert station.traces is None
    code = "import chat_service.app, sys; sys.exit(any(each.startswith('opentelemetry.sdk') for each in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_installation_without_the_extra_says_so(demo_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(HuitouError) as caught:
        new_station(Settings(database=demo_database, conversations_url="sqlite://", traces=True))
    assert [each.code for each in caught.value.problems] == ["channel_not_installed"]
