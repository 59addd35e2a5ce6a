"""`huitou eval` as it is called: exit codes, the report as JSON, and our own suite on the demo company."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chat_service.commands.eval import app
from chat_service.evaluate.report import Report
from tests.structure.sources import REPOSITORY

SUITE = REPOSITORY / "tests" / "questions" / "suite.yaml"
# questions of the suite that are answered, and not rightly: each must go from here when it is mended
KNOWN_WRONG: frozenset[str] = frozenset()


def _eval(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _suite(folder: Path, sql: str) -> Path:
    path = folder / "suite.yaml"
    entry = {"id": "a", "lang": "zh", "category": "value", "q": "2025年的订单数", "check": "table", "sql": sql}
    path.write_text(json.dumps([entry], ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return path


def test_our_suite_on_the_demo_company(demo_database: Path) -> None:
    result = _eval(SUITE, "--db", demo_database, "--json")
    assert result.exit_code == 0, result.output
    report = Report.model_validate_json(result.stdout)
    assert report.overall.questions == sum(tally.questions for tally in report.by_category) == 47
    assert {entry.id for entry in report.entries if entry.outcome == "wrong"} == KNOWN_WRONG
    assert report.overall.error == 0
    assert report.answerable.accuracy is not None
    assert report.answerable.accuracy >= 0.75


def test_exit_below_the_wanted_accuracy(demo_database: Path, tmp_path: Path) -> None:
    right = _suite(tmp_path, "SELECT count(*) FROM orders WHERE status = 'paid' AND year(ordered_at) = 2025")
    assert _eval(right, "--db", demo_database, "--min-accuracy", "1").exit_code == 0
    wrong = _suite(tmp_path, "SELECT -1")
    assert _eval(wrong, "--db", demo_database).exit_code == 0
    assert _eval(wrong, "--db", demo_database, "--min-accuracy", "0.5").exit_code == 1


def test_the_printed_report_puts_the_wrong_answer_first(demo_database: Path, tmp_path: Path) -> None:
    printed = _eval(_suite(tmp_path, "SELECT -1"), "--db", demo_database).stdout
    assert printed.startswith("wrong a")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["none.yaml"], "suite_missing"),
        ([SUITE, "--id", "nobody"], "nothing_selected"),
        ([SUITE, "--db", "none.duckdb"], "database_missing"),
    ],
)
def test_problems_are_named(arguments: list[str | Path], code: str) -> None:
    result = _eval(*arguments)
    assert result.exit_code == 1
    assert code in result.stderr
