"""What is recorded can be played back without a network; and the commands and routes that reach the agent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from chat_service.app import create_app
from chat_service.commands.ask import app as ask_app
from chat_service.commands.eval import app as eval_app
from chat_service.commands.replay import app as replay_app
from chat_service.conversation.memory import MemoryStore
from chat_service.settings import Settings
from tests.agent.model_server import Fails, ModelServer, Says, in_turn, serving
from tests.conftest import TODAY

QUESTION = "ann@example.com：上个月揽客多少单"
REPLY = {
    "answer": "metrics",
    "request": {"metrics": ["orders"], "period": "上个月"},
    "words": [
        {"said": "ann@example.com", "part": "none"},
        {"said": "上个月", "part": "period"},
        {"said": "揽客多少单", "part": "metrics[0]"},
    ],
}
KEY = "sk-only-for-this-test"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model that looks something up, then replies."""
    steps = (Says(calls=(("find_names", {"phrase": "单"}),)), Says(calls=(("reply", REPLY),)))
    with serving(in_turn(*steps)) as running:
        yield running


@pytest.fixture
def environment(server: ModelServer, demo_database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings as an operator gives them."""
    given = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": server.url,
        "HUITOU_DATABASE": str(demo_database),
        "HUITOU_AS_OF": TODAY.isoformat(),
        "HUITOU_LLM_PRICE_SENT": "2",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def _replayed(path: Path) -> Result:
    return CliRunner().invoke(replay_app, [str(path)])


@pytest.mark.usefixtures("environment")
def test_a_question_is_recorded_and_played_back(server: ModelServer, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    asked = CliRunner().invoke(ask_app, [QUESTION, "--json", "--record", str(path)])
    assert asked.exit_code == 0, asked.output
    assert json.loads(asked.stdout)["provenance"]["translator"] == "llm"
    written = path.read_text(encoding="utf-8")
    assert KEY not in written and "ann@example.com" not in written and server.authorisations[0] == f"Bearer {KEY}"
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["kind"] for line in lines] == ["question", "call", "call", "outcome"]
    assert lines[1]["tokens_sent"] == 12_000 and lines[1]["cost"] == pytest.approx(0.002)
    assert lines[3]["translator"] == "llm" and lines[3]["request"]["metrics"] == ["orders"]

    server.script = in_turn(Fails(status=500))
    before = len(server.bodies)
    assert _replayed(path).exit_code == 0
    assert len(server.bodies) == before, "a replay calls nobody"
    lines[3]["request"]["metrics"] = ["revenue"]
    changed = tmp_path / "changed.jsonl"
    changed.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert _replayed(changed).exit_code == 3


def test_what_is_no_recording_is_said_by_code(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    found = _replayed(path)
    assert found.exit_code == 1 and "unreadable_recording" in found.stderr


@pytest.mark.usefixtures("environment")
def test_the_translators_are_compared_on_one_suite(server: ModelServer, tmp_path: Path) -> None:
    server.script = in_turn(Says(calls=(("reply", REPLY),)))
    sql = "SELECT count(*) FROM orders WHERE status = 'paid' AND strftime(ordered_at, '%Y-%m') = '2026-05'"
    entry = {"id": "a", "lang": "zh", "category": "value", "q": QUESTION, "check": "table", "sql": sql}
    suite = tmp_path / "suite.yaml"
    suite.write_text(json.dumps([entry], ensure_ascii=False), encoding="utf-8")
    found = CliRunner().invoke(eval_app, [str(suite), "--compare", "--json"])
    assert found.exit_code == 0, found.output
    reports = json.loads(found.stdout)
    assert [reports[name]["overall"]["right"] for name in ("offline", "llm", "auto")] == [0, 1, 1]
    assert reports["offline"]["model"] is None
    assert reports["llm"]["model"]["calls"] == 1 and reports["llm"]["model"]["median_tokens_uncached"] == 1_200
    printed = CliRunner().invoke(eval_app, [str(suite), "--compare"], env={"COLUMNS": "140"})
    assert "translators" in printed.stdout and "12200" in printed.stdout


def test_over_http(server: ModelServer, demo_database: Path) -> None:
    settings = Settings(
        database=demo_database, as_of=TODAY, llm_api_key=KEY, llm_base_url=server.url, conversations_url="sqlite://"
    )
    with TestClient(create_app(settings, MemoryStore())) as client:
        catalogue = client.get("/v1/catalogue").json()
        events = client.post("/v1/chat/stream", json={"message": QUESTION, "translator": "llm"}).text
        meters = client.get("/metrics").text
    assert catalogue["text"] in server.bodies[0]["messages"][0]["content"]
    by_name = {metric["name"]: metric for metric in catalogue["metrics"]}
    assert by_name["at_risk_customers"]["today_only"] and by_name["item_revenue"]["stands_in_for"] == ["revenue"]
    assert "churn_probability" in catalogue["list_columns"]["customer"]
    stages = [json.loads(line[6:])["stage"] for line in events.splitlines() if line.startswith('data: {"stage"')]
    assert stages[:5] == ["translate", "asking_model", "looking_up", "asking_model", "checking"]
    assert 'huitou_llm_calls_total{outcome="ok"} 2.0' in meters


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(llm_api_key=KEY)
    assert KEY not in repr(settings) and KEY not in str(settings.model_dump()) and KEY not in settings.model_dump_json()
