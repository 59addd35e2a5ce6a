"""What is kept of conversations lives through a stop and a new layout of the store, and ends when it is to."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx

from tests.network.running import serving

# the layout before turns had numbers: message ids counted over all conversations of a reader
_BACK = """
CREATE TABLE turns (position INTEGER PRIMARY KEY AUTOINCREMENT, request_id VARCHAR(100) NOT NULL,
  conversation_id VARCHAR(100) NOT NULL, message_id VARCHAR(100) NOT NULL, reader VARCHAR(200) NOT NULL,
  message TEXT NOT NULL, asked_at VARCHAR(40) NOT NULL, status VARCHAR(20) NOT NULL, body TEXT NOT NULL,
  memory TEXT NOT NULL, UNIQUE (reader, message_id));
INSERT INTO turns SELECT position, request_id, conversation_id, message_id, reader, message, asked_at, status, body,
  memory FROM conversation_turns;
DROP TABLE conversation_turns;
"""


def test_old_stores_are_moved_and_old_conversations_expire(demo_database: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_database) as service, service.client() as client:
        kept, old = (_asked(client, "2025年上海客户的销售额") for _ in range(2))
        _asked(client, "那北京呢", kept)
        before = client.get(f"/v1/conversations/{kept}").json()
        client.post("/v1/feedback", json={"request_id": _first_request(client, old), "positive": True})
        service.stop()
    with sqlite3.connect(tmp_path / "kept.sqlite") as store:
        store.executescript(_BACK)
        store.execute("UPDATE turns SET asked_at = '2020-01-31T10:00:00' WHERE conversation_id = ?", [old])
    store.close()
    with serving(tmp_path, demo_database, keep_days=30) as service, service.client() as client:
        assert client.get(f"/v1/conversations/{kept}").json() == before, "a moved conversation is what it was"
        assert _asked(client, "换成订单数", kept) == kept
        assert [turn["message"] for turn in client.get(f"/v1/conversations/{kept}").json()["turns"]][2:] == [
            "换成订单数"
        ]
        assert client.get(f"/v1/conversations/{old}").status_code == 404
        assert "1 conversations older than 30 days were deleted" in service.log.read_text()
    with sqlite3.connect(tmp_path / "kept.sqlite") as store:
        assert store.execute("SELECT count(*) FROM feedback").fetchone() == (0,), "what was thought of it goes with it"
        assert store.execute("SELECT name FROM sqlite_master WHERE name = 'turns'").fetchall() == []
    store.close()


def _asked(client: httpx.Client, message: str, conversation_id: str | None = None) -> str:
    """The conversation that the message is answered in."""
    response = client.post("/v1/chat", json={"message": message, "conversation_id": conversation_id})
    assert response.json()["status"] == "answered", response.text
    found: str = response.json()["conversation_id"]
    return found


def _first_request(client: httpx.Client, conversation_id: str) -> str:
    turns = client.get(f"/v1/conversations/{conversation_id}").json()["turns"]
    found: str = turns[0]["answer"]["request_id"]
    return found
