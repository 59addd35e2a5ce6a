"""Conversations on a real PostgreSQL server, under several workers, through lost connections and the server's end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.engines.servers import postgres_server
from tests.network.running import Running, serving

psycopg = pytest.importorskip("psycopg")


@contextmanager
def _on_postgres(demo_database: Path, folder: Path, stack: ExitStack) -> Iterator[tuple[Running, str]]:
    url = stack.enter_context(postgres_server())
    with serving(folder, demo_database, workers=2, conversations_url=url) as service:
        until = time.monotonic() + 60
        while time.monotonic() < until and not _is_ready(service):
            time.sleep(0.2)
        yield service, url


def _is_ready(service: Running) -> bool:
    try:
        with service.client() as client:
            return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_conversations_are_kept_on_a_server(demo_database: Path, tmp_path: Path) -> None:
    with ExitStack() as stack, _on_postgres(demo_database, tmp_path, stack) as (service, url):

        def send(body: dict[str, object]) -> httpx.Response:
            with service.client() as client:
                return client.post("/v1/chat", json=body)

        started = send({"message": "2025年的订单数"}).json()["conversation_id"]
        with ThreadPoolExecutor(8) as pool:
            own = {"message": "2024年的订单数", "conversation_id": started}
            answers = list(pool.map(send, [own] * 5))
            same = list(pool.map(send, [{**own, "message_id": "m1"}] * 5))
        assert [each.status_code for each in (*answers, *same)] == [200] * 10, [each.text[:300] for each in answers]
        assert len({each.content for each in same}) == 1
        with psycopg.connect(url, autocommit=True) as server:
            turns = server.execute(
                "SELECT number FROM conversation_turns WHERE conversation_id = %s ORDER BY number", [started]
            ).fetchall()
            assert [row[0] for row in turns] == list(range(1, 8))
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        assert [send(own).status_code for _ in range(4)] == [200] * 4, "connections that were ended are made anew"
        with service.client() as client:
            assert len(client.get(f"/v1/conversations/{started}").json()["turns"]) == 11
            assert client.delete(f"/v1/conversations/{started}").status_code == 200
            assert client.get(f"/v1/conversations/{started}").status_code == 404
        stack.close()
        lost = send({"message": "2025年的订单数"})
        assert (lost.status_code, lost.json()["error"]["code"]) == (503, "store_unavailable"), lost.text
        assert "127.0.0.1" not in lost.text and "SELECT" not in lost.text
        with service.client() as client:
            assert client.get("/readyz").json()["problems"] == ["store_unavailable"]
            assert client.get("/healthz").status_code == 200
            assert client.post("/v1/query", json={"kind": "metrics", "metrics": ["customers"]}).status_code == 200
