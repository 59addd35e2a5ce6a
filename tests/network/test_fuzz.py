"""Two thousand requests nobody would send, over a real socket: each ends in an answer or a refusal with a code, and no
personal value that was planted in the data leaves in any byte, the log and the audit included.

`HUITOU_FUZZ=100000` sends as many, other ones each time.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chat_service.evaluate.suite import load_suite
from semantic_layer import load_model, shipped_model_path
from semantic_layer.engines.duckdb import DuckDBWriter
from tests.network.running import Running, serving
from tests.network.wild import Wild
from tests.structure.sources import REPOSITORY

COUNT = int(os.environ.get("HUITOU_FUZZ", "0"))
# what a mask leaves of these is what it leaves of anybody's
CANARIES = ("琉璃鸲", "Kanarienvogel", "13977712345", "kanarienvogel", "1901-02-03")
KEYS = ("",) * 12 + ("Bearer hk_1_x", "Basic a", "Bearer \u00e9")
_PLANT = """
UPDATE customers SET customer_name = '琉璃鸲 Kanarienvogel', phone = '13977712345',
  email = 'kanarienvogel@example.com', birth_date = DATE '1901-02-03'
"""
_SUITE = REPOSITORY / "tests" / "questions" / "suite.yaml"


def _wild() -> Wild:
    document = json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))
    model = load_model(shipped_model_path())
    metrics = tuple(name for name, metric in model.metrics.items() if not metric.definition.hidden)
    people = tuple(f"customers.{name}" for name in model.datasets["customers"].fields)
    named = (*model.dimensions, *people, "month", "day", "week", "customer", "gold", "east", "139", "kan")
    messages = tuple(turn.question for case in load_suite(_SUITE) for turn in case.turns)
    asking = ("手机号139开头的客户", "客户的姓名和电话", "emails of our customers", "birth dates of gold members")
    return Wild(document, (*metrics, *model.cohorts, *model.funnels), named, (*messages, *asking))


def test_no_request_breaks_the_service_or_has_it_tell_a_personal_value(demo_database: Path, tmp_path: Path) -> None:
    database = Path(shutil.copy(demo_database, tmp_path / "planted.duckdb"))
    with DuckDBWriter(database) as writer:
        writer.execute(_PLANT)
    tame, sent = _wild(), [0]
    wild = replace(tame, odds=12)
    chosen: dict[str, object] = {"audit": tmp_path / "audit.jsonl"}
    chosen |= {"translate_timeout_seconds": 60, "query_timeout_seconds": 20, "answer_timeout_seconds": 120}
    with serving(tmp_path, database, **chosen) as service, service.client(timeout=180) as client:

        @settings(
            max_examples=COUNT or 2000,
            deadline=None,
            derandomize=not COUNT,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(st.one_of(Wild.request(tame), Wild.request(tame), Wild.request(wild)), st.sampled_from(KEYS))
        def send(request: tuple[str, str, dict[str, str], Any], key: str) -> None:
            sent[0] += 1
            _sent(client, request, key)

        send()
        assert client.get("/healthz").status_code == 200 and client.get("/readyz").status_code == 200
        _told_nobody(service, tmp_path)
    assert sent[0] >= (COUNT or 2000)


def _sent(client: httpx.Client, request: tuple[str, str, dict[str, str], Any], key: str) -> None:
    method, path, query, body = request
    content = None if body is ... else json.dumps(body).encode()
    headers = [(b"content-type", b"application/json")]
    if key:
        headers.append((b"authorization", key.encode()))
    asked = "&".join(f"{quote(name)}={quote(value, errors='replace')}" for name, value in query.items())
    url = quote(path, safe="/%") + (f"?{asked}" if asked else "")
    response = client.request(method, url, content=content, headers=headers)
    shown = f"{method} {url}\n{(content or b'')[:2000].decode()}\n{response.status_code} {response.text[:2000]}"
    assert response.status_code < 500, shown
    assert response.headers["x-request-id"], shown
    if response.status_code >= 400:
        assert response.json()["error"]["code"], shown
    for canary in CANARIES:
        assert canary not in response.text, shown


def _told_nobody(service: Running, folder: Path) -> None:
    for file in (service.log, *folder.glob("audit.jsonl*")):
        text = file.read_text(errors="replace")
        assert not [each for each in CANARIES if each in text], file
        assert "Traceback" not in text, text[text.find("Traceback") - 500 :][:4000]
