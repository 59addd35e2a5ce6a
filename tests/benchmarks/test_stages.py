"""The benchmarks measure what they say, on the demo company. No time is asserted."""

from __future__ import annotations

import io
import time
from pathlib import Path

from rich.console import Console

from benchmarks.stages import measure_stages, slowest, stage_rows
from benchmarks.timing import Measured, print_table
from chat_service.evaluate.suite import Case, Turn
from chat_service.services import open_services
from chat_service.settings import Settings


def _case(question: str) -> Case:
    return Case(question, "zh", "value", (Turn(question, "table", "here:1", "SELECT 1"),))


def test_only_questions_that_become_requests_are_timed(demo_database: Path) -> None:
    services = open_services(Settings(database=demo_database), time.perf_counter)
    times = measure_stages([_case("2025年的订单数"), _case("明天天气怎么样")], services, repeats=1)
    services.close()
    assert [one.question for one in times] == ["2025年的订单数"]
    assert [row.what for row in stage_rows(times)] == ["translate", "compile", "execute"]
    assert all(row.times_ms[0] > 0 for row in stage_rows(times))
    assert slowest(times, 5) == times


def test_the_table_shows_medians_in_their_unit() -> None:
    written = io.StringIO()
    rows = [Measured("quick", (1.0, 2.0, 9.0), aim_ms=5), Measured("slow", (1500.0,)), Measured("never", ())]
    print_table(Console(file=written, width=100), "times", rows)
    shown = written.getvalue()
    assert "2.00 ms" in shown and "9.00 ms" in shown and "1.50 s" in shown and "< 5.00 ms" in shown
