"""The audit over a real socket: every question and refusal is in it, and no personal value."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

from chat_service.access.audit import Audit
from tests.network.running import serving

CANARY = "13912345678"
PHONE = {"field": "customers.phone", "op": "starts with", "values": [CANARY]}


def _audited(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "chat_service.cli", "audit", *arguments],
        env={**os.environ, "HUITOU_AUDIT": str(folder / "audit.jsonl")},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_question_and_refusal_is_kept_without_personal_values(demo_database: Path, tmp_path: Path) -> None:
    chosen = {"audit": tmp_path / "audit.jsonl", "show_personal_fields": True, "keys": tmp_path / "keys.json"}
    with serving(tmp_path, demo_database, **chosen) as service, service.client() as client:
        sql = client.post("/v1/query", json={"kind": "list", "filters": [PHONE], "limit": 5}).json()["sql"]["statement"]
        client.post("/v1/chat", json={"message": f"2025年各大区的销售额，我的电话是{CANARY}"})
        client.post("/v1/chat", json={"message": "2025年各大区的销售额"})
        client.post("/v1/query", json={"kind": "metrics", "metrics": ["revenu"]})
        client.post("/v1/query", json={"kind": "list"}, headers={"authorization": "Bearer hk_1_wrong"})
        text = (tmp_path / "audit.jsonl").read_text()
        log = service.log.read_text()
    assert CANARY not in text and CANARY not in log and "wrong" not in text
    listed, asked, answered, unknown, nobody = _audited(tmp_path)
    assert (listed["what"], listed["reader"], listed["kind"]) == ("POST /v1/query", "anonymous", "list")
    assert listed["request"]["filters"][0]["field"] == "customers.phone"
    assert listed["sql_sha256"] == hashlib.sha256(sql.encode()).hexdigest()
    assert listed["rows"] == 0 and listed["policies"] == [] and listed["ms"] >= 0
    assert asked["what"] == "POST /v1/chat" and asked["status"] in ("answered", "refused", "clarification")
    assert (answered["status"], answered["request"]["metrics"]) == ("answered", ["revenue"])
    assert unknown["code"] == "unknown_name" and "rows" not in unknown
    assert (nobody["code"], nobody["reader"]) == ("unknown_key", "")
    assert all(each["request_id"] and each["time"] for each in (listed, asked, answered, unknown, nobody))
    assert _audited(tmp_path, "--code", "unknown_key") == [nobody]
    assert _audited(tmp_path, "--last", "1", "--reader", "anonymous") == [unknown]
    assert _audited(tmp_path, "--since", nobody["time"]) == [nobody]
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600


def test_without_a_record_nothing_is_answered(demo_database: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with serving(tmp_path, demo_database, audit=kept / "audit.jsonl") as service, service.client() as client:
        assert client.get("/v1/metrics").status_code == 200
        (kept / "audit.jsonl").unlink()
        (kept / "audit.jsonl").mkdir()
        refused = client.post("/v1/chat", json={"message": "2025年的订单数"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "audit_unavailable")
        assert "audit.jsonl" not in refused.text
        assert client.get("/healthz").status_code == 200


def test_a_full_file_is_begun_anew_and_old_ones_go(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.jsonl", max_bytes=100, files=2)
    for number in range(12):
        audit.add({"number": number, "text": "x" * 20})
    # two records of 33 or 34 bytes fit into 100 beside a third: files of three hold the last of them
    kept = [each["number"] for each in audit.records()]
    assert kept == list(range(kept[0] if isinstance(kept[0], int) else 0, 12)) and len(kept) <= 9
    assert sorted(each.name for each in tmp_path.glob("audit.jsonl*")) == [
        "audit.jsonl",
        "audit.jsonl.1",
        "audit.jsonl.2",
    ]
