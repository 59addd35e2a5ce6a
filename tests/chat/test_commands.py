"""The command line: what it prints, its exit codes, problems by code on stderr, and what it does not import."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chat_service.channels.wire import ChatBody, QueryBody
from chat_service.cli import COMMANDS, app, load
from chat_service.commands.edge import FAILED, NOT_ANSWERED

QUERY = {"kind": "metrics", "metrics": ["revenue"], "group_by": ["region"]}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder, and no settings of the machine's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HUITOU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin)


def test_ask_prints_text_table_and_chart(demo_database: Path) -> None:
    result = _run("ask", "2025年各大区的销售额", "--db", str(demo_database))
    assert result.exit_code == 0, result.output
    assert "2025-01-01 至 2025-12-31" in result.stdout
    assert "华东" in result.stdout and "█" in result.stdout


@pytest.mark.parametrize("wish", ["把上个月的复购率保存到看板", "tell me every Monday which gold members are at risk"])
def test_ask_says_that_it_keeps_nothing(wish: str, demo_database: Path) -> None:
    result = _run("ask", wish, "--json", "--db", str(demo_database))
    body = json.loads(result.stdout)
    assert (result.exit_code, body["status"], body["problem"]["code"]) == (3, "refused", "kept_in_conversations")


def test_ask_draws_a_trend(demo_database: Path) -> None:
    result = _run("ask", "orders by month in 2025", "--db", str(demo_database))
    assert result.exit_code == 0, result.output
    assert "2025-12" in result.stdout and "│" in result.stdout


def test_ask_json_is_the_body_of_the_chat(demo_database: Path) -> None:
    result = _run("ask", "2025年的订单数", "--json", "--db", str(demo_database))
    assert ChatBody.model_validate_json(result.stdout).status == "answered"


def test_a_process_says_all_and_how_it_ended(demo_database: Path) -> None:
    arguments = ("ask", "上个月的天气", "--db", str(demo_database))
    done = subprocess.run([sys.executable, "-m", "chat_service.cli", *arguments], capture_output=True, check=False)
    assert (done.stdout.decode(), done.returncode) == (_run(*arguments).stdout, NOT_ANSWERED)


def test_ask_twice_gives_the_same_bytes(demo_database: Path) -> None:
    first, second = (_run("ask", "2025年各大区的订单数", "--db", str(demo_database)).stdout_bytes for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "question", ["明天会下雨吗", "上个月转化率多少？", "2021年各大区的销售额", "", "🙂", "x" * 10_000]
)
def test_what_is_not_answered_has_an_exit_code_of_its_own(demo_database: Path, question: str) -> None:
    result = _run("ask", question, "--db", str(demo_database))
    assert result.exit_code == NOT_ANSWERED
    assert result.stdout.strip()


def test_ask_on_another_day_and_in_another_language(demo_database: Path) -> None:
    result = _run("ask", "上个月的订单数", "--as-of", "2025-03-15", "--language", "en", "--db", str(demo_database))
    assert "February 2025 (2025-02-01 to 2025-02-28)" in result.stdout


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "database_missing"), (b"", "database_unreadable"), (b"\x00not a database" * 500, "database_unreadable")],
)
def test_a_broken_database_is_told_by_code(tmp_path: Path, content: bytes | None, code: str) -> None:
    database = tmp_path / "broken.duckdb"
    if content is not None:
        database.write_bytes(content)
    result = _run("ask", "2025年的订单数", "--db", str(database))
    assert result.exit_code == FAILED
    assert result.stderr.startswith(code)
    assert "Traceback" not in result.output
    assert (database.read_bytes() if content is not None else None) == content


def test_a_wrong_setting_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITOU_PORT", "much")
    monkeypatch.setenv("HUITOU_COLOUR", "red")
    result = _run("ask", "2025年的订单数")
    assert result.exit_code == FAILED
    assert "invalid_setting" in result.stderr and "HUITOU_PORT" in result.stderr
    assert "unknown_setting" in result.stderr and "HUITOU_COLOUR" in result.stderr


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("ask",), ("ask", "q", "--as-of", "soon"), ("serve", "--port", "x")]
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_query(tmp_path: Path, demo_database: Path) -> None:
    file = tmp_path / "query.json"
    file.write_text(json.dumps(QUERY), encoding="utf-8")
    where = ("--db", str(demo_database))
    assert "East" in _run("query", str(file), *where).stdout
    body = QueryBody.model_validate_json(_run("query", "--json", str(file), *where).stdout)
    assert body.table.columns[1].name == "revenue"
    ahead = {**QUERY, "period": {"start": "2030-01-01", "end": "2031-01-01"}}
    assert "begins after today" in _run("query", "-", *where, stdin=json.dumps(ahead)).stdout
    body = QueryBody.model_validate_json(_run("query", "-", "--json", *where, stdin=json.dumps(ahead)).stdout)
    assert "future_period" in {each.code for each in body.warnings}
    explained = _run("query", "-", "--explain", *where, stdin=json.dumps(QUERY)).stdout
    assert explained.lstrip().startswith(("WITH", "SELECT"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "malformed_query"),
        ('{"kind": "nope"}', "malformed_query"),
        ('{"kind": "metrics"}', "malformed_query"),
        ('{"kind": "metrics", "metrics": ["revenu"]}', "unknown_name"),
    ],
)
def test_a_wrong_query_is_told_by_code(demo_database: Path, text: str, code: str) -> None:
    result = _run("query", "-", "--db", str(demo_database), stdin=text)
    assert result.exit_code == FAILED
    assert result.stderr.startswith(code)


def test_query_without_a_file() -> None:
    assert _run("query", "nowhere.json").stderr.startswith("malformed_query")


def test_demo_makes_and_scores_a_company(tmp_path: Path) -> None:
    out = tmp_path / "own.duckdb"
    result = _run("demo", "--customers", "200", "--seed", "3", "--as-of", "2025-12-31", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(out)
    listed = _run("ask", "现在会员总共多少人", "--db", str(out), "--json")
    assert ChatBody.model_validate_json(listed.stdout).provenance.data_as_of == "2025-12-31"
    scored = _run("score", "--db", str(out))
    assert scored.exit_code == 0, scored.output


def test_demo_out_of_range_is_told_by_code(tmp_path: Path) -> None:
    result = _run("demo", "--customers", "0", "--out", str(tmp_path / "own.duckdb"))
    assert (result.exit_code, "demo_out_of_range" in result.stderr) == (FAILED, True)
    assert not (tmp_path / "own.duckdb").exists()


def test_refresh_computes_beforehand_what_is_then_read(demo_database: Path, tmp_path: Path) -> None:
    database = Path(shutil.copy(demo_database, tmp_path / "company.duckdb"))
    (tmp_path / "model").mkdir()
    daily = "{name: orders_daily, metrics: [revenue, orders], dimensions: [region]}"
    (tmp_path / "model" / "more.yaml").write_text(f"extends: loyalty\nrollups:\n  - {daily}\n", encoding="utf-8")
    (tmp_path / "query.json").write_text(json.dumps(QUERY), encoding="utf-8")
    where = ("--db", str(database), "--model", str(tmp_path / "model"))

    def asked() -> QueryBody:
        return QueryBody.model_validate_json(_run("query", "--json", str(tmp_path / "query.json"), *where).stdout)

    before = asked()
    assert before.provenance.rollups == ()
    for state in ("built", "fresh"):
        result = _run("refresh", *where)
        assert result.exit_code == 0, result.output
        assert "orders_daily" in result.stdout and state in result.stdout
    after = asked()
    assert after.provenance.rollups == ("orders_daily",)
    assert after.table.rows == before.table.rows


def test_validate(demo_database: Path, tmp_path: Path) -> None:
    assert _run("validate").exit_code == 0
    checked = _run("validate", "--db", str(demo_database))
    assert checked.exit_code == 0, checked.output
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "a.yaml").write_text("metrics:\n  - {name: x, expresion: 1}\n", encoding="utf-8")
    wrong = _run("validate", "--model", str(tmp_path / "wrong"))
    assert wrong.exit_code == FAILED
    assert "a.yaml:2" in wrong.stderr


def test_settings_are_explained() -> None:
    assert "HUITOU_DATABASE" in _run("settings").stdout


def test_every_command_is_listed_with_its_own_help() -> None:
    listed = _run("--help").stdout
    for name, (_, summary) in COMMANDS.items():
        assert name in listed
        own = (load(name).help or "").split("\n")[0]
        assert own == summary, name


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        (
            "chat_service.commands.ask",
            (
                "fastapi",
                "starlette",
                "scipy",
                "pandas",
                "sqlalchemy",
                "altair",
                "holidays",
                "ruamel",
                "pydantic_settings",
                "chat_service.channels.wire",
                "semantic_layer.interop.dbt",
            ),
        ),
        ("chat_service.cli", ("fastapi", "pydantic", "sqlglot", "duckdb", "scipy", "pandas")),
    ],
)
def test_a_question_does_not_wait_for_what_it_does_not_need(module: str, kept_out: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print([name for name in {kept_out!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"
