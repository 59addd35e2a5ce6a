"""What commands print in 80 columns: as wide as the terminal, no word broken, nothing left out."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.cli import app
from chat_service.evaluate.printed import print_report
from chat_service.evaluate.report import Report, StageTimes, Tally
from chat_service.outcomes import Question
from chat_service.present.terminal import show
from chat_service.services import Services, open_services
from chat_service.settings import Settings

NARROW, WIDE = 80, 1000
NAME = "what every regional manager wants to see first thing on Monday morning"
QUERY = {"kind": "metrics", "metrics": ["revenue"], "group_by": ["region"]}
BOUNDS = '{"kind": "threshold", "column": "revenue", "op": ">", "value": 0}'
ASKED = (
    "上个月各会员等级的销售额同比",
    "哪些客户可能流失",
    "which customers may churn",
    "what should we do for customers who may churn",
    "why did customers leave last quarter",
    "2026年各活动类型的提升效果",
    "今年各月首单客户的留存率",
    "repurchase rate by region and member tier this year vs last year",
)
_LEFT_OUT = {"not", "shown:"}  # where columns do not fit, their names are told
_HAN = re.compile("[\u2e80-\uffff]")


@pytest.fixture(scope="module")
def services(demo_database: Path) -> Iterator[Services]:
    found = open_services(Settings(database=demo_database), time.perf_counter)
    yield found
    found.close()


@pytest.mark.parametrize("question", ASKED)
def test_answers_break_no_word(services: Services, question: str) -> None:
    found = answer(Asked(Question(question, services.layer.as_of), services.reader), services)
    assert found.status == "answered"
    told = {}
    for width in (NARROW, WIDE):
        console = Console(width=width, highlight=False, markup=False, emoji=False)
        with console.capture() as said:
            show(found, console)
        told[width] = said.get()
    _judged(told[NARROW], told[WIDE])


def test_lists_of_commands_break_no_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo_database: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HUITOU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUITOU_DATABASE", str(demo_database))
    monkeypatch.setenv("HUITOU_ALERT_HOSTS", "example.com")
    monkeypatch.setenv("HUITOU_WEBHOOK_SECRET", "of this test alone")
    (tmp_path / "query.json").write_text(json.dumps(QUERY), encoding="utf-8")
    _printed(
        "keys", "add", "the office of the south and the east", "--role", "administer", "--attribute", "region=east"
    )
    _printed("saved", "add", NAME, "query.json", "--reader", "anne", "--role", "office")
    _printed("dashboards", "add", f"Board of {NAME}", NAME)
    _printed("alerts", "add", NAME, NAME, "--condition", BOUNDS, "--to", "https://example.com/a/hook")
    for command in ("keys", "saved", "dashboards", "alerts"):
        narrow, wide = _printed(command, "list"), _printed(command, "list", width=WIDE)
        _judged(narrow, wide)
        assert set(narrow.split()) == set(wide.split()), "all of it is there"
    _judged(_printed("settings"), _printed("settings", width=WIDE))


def test_a_report_breaks_no_word() -> None:
    counts = dict.fromkeys(("right", "offered", "asked", "refused", "wrong", "error"), 12_345)
    tally = Tally(group="customers by what they had bought before", questions=12_345, accuracy=1.0, **counts)
    stage = StageTimes(stage="translate", questions=1, median_ms=1.0, p95_ms=2.0)
    found = Report(
        overall=tally,
        answerable=tally,
        by_category=(tally,),
        by_language=(tally,),
        times=(stage,),
        entries=(),
        causes=(("a word that means two things in the model of this company and is asked about", 3),),
    )
    told = {}
    for width in (NARROW, WIDE):
        console = Console(width=width)
        with console.capture() as said:
            print_report(found, console)
        told[width] = said.get()
    _judged(told[NARROW], told[WIDE])


def _printed(*arguments: str, width: int = NARROW) -> str:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": str(width)})
    assert result.exit_code == 0, result.output
    return result.stdout


def _judged(narrow: str, wide: str) -> None:
    """Every line fits, and every word stands as it does where there is room for all; Chinese parts between signs."""
    assert [line for line in narrow.splitlines() if cell_len(line) > NARROW] == []
    whole = _LEFT_OUT | {word.rstrip("…,") for word in wide.split()}
    assert {word for word in narrow.split() if word.rstrip("…,") not in whole and not _HAN.search(word)} == set()
