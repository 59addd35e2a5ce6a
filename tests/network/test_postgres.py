"""A PostgreSQL server under the service that is written to, replaced and stopped."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import httpx

from semantic_layer import copy_tables
from semantic_layer.engines.postgres import PostgresWriter
from tests.engines.servers import postgres_server
from tests.network.running import serving

QUERY = {"kind": "metrics", "metrics": ["customers"]}
# a connection that is lost, and one that cannot be made
_GONE = {"database_unreadable", "database_missing"}


def test_a_server_that_changes_and_ends_is_told(demo_database: Path, tmp_path: Path) -> None:
    with ExitStack() as server:
        url = server.enter_context(postgres_server())
        copy_tables(demo_database, url)
        with serving(tmp_path, url, data_check_seconds=0) as service, service.client() as client:
            before = _customers(client)
            assert client.get("/readyz").status_code == 200
            _replace_customers(url)
            assert client.get("/readyz").status_code == 200
            assert _customers(client) == before - 100, "what was replaced is read anew"
            nul = {**QUERY, "filters": [{"field": "city", "values": ["a\u0000"]}]}
            assert client.post("/v1/query", json=nul).status_code in (200, 422), "what no text of the server's may hold"
            server.close()
            ready = client.get("/readyz")
            assert ready.status_code == 503 and set(ready.json()["problems"]) <= _GONE, ready.text
            for path, body in (("/v1/query", QUERY), ("/v1/chat", {"message": "2025年的订单数"})):
                failed = client.post(path, json=body)
                assert failed.status_code == 503 and failed.headers["retry-after"], failed.text
                assert failed.json()["error"]["code"] in _GONE
                assert "127.0.0.1" not in failed.text and "postgres" not in failed.text.lower()
                assert failed.json()["request_id"] in service.log.read_text()
            assert client.get("/healthz").status_code == 200


def _replace_customers(url: str) -> None:
    """Another table under the same name, with 100 rows less: as a nightly load swaps it in."""
    with PostgresWriter(url) as writer:
        writer.execute("CREATE TABLE fresh AS SELECT * FROM customers ORDER BY customer_id OFFSET 100")
        writer.execute("DROP TABLE customers CASCADE")
        writer.execute("ALTER TABLE fresh RENAME TO customers")


def _customers(client: httpx.Client) -> int:
    response = client.post("/v1/query", json=QUERY)
    assert response.status_code == 200, response.text
    count: int = response.json()["table"]["rows"][0][0]
    return count
