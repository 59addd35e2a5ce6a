"""Verified questions: `huitou verify` keeps one, `huitou eval` tells which a changed definition moved."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from chat_service.channels.wire import ChatBody
from chat_service.cli import app
from chat_service.commands.edge import FAILED, NOT_ANSWERED
from semantic_layer.loading.load import shipped_model_path


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped model, whose definitions a test may change."""
    for name in [name for name in os.environ if name.startswith("HUITOU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(shipped_model_path(), tmp_path / "mine"))


def _run(command: str, what: str, model: Path, database: Path, *more: str) -> Result:
    return CliRunner().invoke(app, [command, what, "--model", str(model), "--db", str(database), *more])


def test_a_question_is_kept_with_its_period_in_words_and_answered_from_it(model: Path, demo_database: Path) -> None:
    done = _run("verify", "上个月各渠道的订单数", model, demo_database)
    assert done.exit_code == 0, done.output
    kept = yaml.safe_load((model.parent / "mine.verified.yaml").read_text(encoding="utf-8"))
    assert [each["request"]["period"] for each in kept] == ["上个月"]
    body = ChatBody.model_validate_json(_run("ask", "上个月各渠道的订单数？", model, demo_database, "--json").stdout)
    assert body.provenance.translator == "verified"
    assert any("核对" in each.text for each in body.content if each.type == "text")


def test_the_unit_that_a_question_leaves_unsaid_is_kept(model: Path, demo_database: Path) -> None:
    question = "customers who complained in the last 90 days and did not order in the last 30"
    assert _run("verify", question, model, demo_database).exit_code == 0
    (kept,) = yaml.safe_load((model.parent / "mine.verified.yaml").read_text(encoding="utf-8"))
    assert [each["period"] for each in kept["request"]["filters"]] == ["in the last 90 days", "last 30 days"]


def test_what_is_not_answered_is_not_kept(model: Path, demo_database: Path) -> None:
    assert _run("verify", "明天会下雨吗", model, demo_database).exit_code == NOT_ANSWERED
    assert not (model.parent / "mine.verified.yaml").exists()


def test_a_changed_definition_tells_which_questions_moved(model: Path, demo_database: Path) -> None:
    for question in ("2025年的订单数", "2025年的投诉数"):
        assert _run("verify", question, model, demo_database).exit_code == 0
    file = str(model.parent / "mine.verified.yaml")
    held = _run("eval", file, model, demo_database)
    assert held.exit_code == 0 and held.stdout.count("holds") == 2, held.output
    orders = model / "orders.yaml"
    text = orders.read_text(encoding="utf-8")
    orders.write_text(text.replace("&paid order_status = 'paid'", "&paid order_status = 'paid' AND net_amount > 0"))
    moved = _run("eval", file, model, demo_database)
    assert moved.exit_code == FAILED
    assert moved.stdout.splitlines() == ["moved  2025年的订单数", "holds  2025年的投诉数"]
