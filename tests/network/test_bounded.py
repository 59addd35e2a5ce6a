"""Work is bounded: nobody starves, what is given up stops, slow clients are let go, a stop is a stop."""

from __future__ import annotations

import socket
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx

from tests.network.running import Running, serving

CHAT, QUERY = "/v1/chat", "/v1/query"
HOSTILE_MESSAGE: dict[str, object] = {"message": "一百" * 50}
LIGHT = {"kind": "metrics", "metrics": ["revenue"]}
# a statement that runs for long: every customer by every day, counted before it is refused or run
HEAVY: dict[str, object] = {
    "kind": "metrics",
    "metrics": ["active_customers", "repurchase_rate", "revenue"],
    "group_by": ["customer_id", "month"],
    "compare": {"to": "year"},
}
# a request whose conditions are each looked up, and each wrong
MANY: dict[str, object] = {
    "kind": "metrics",
    "metrics": ["revenue"],
    "filters": [{"field": "region", "op": "in", "values": [f"a{number}"]} for number in range(4000)],
}


def _flood(service: Running, pool: ThreadPoolExecutor, count: int, body: dict[str, object]) -> list[Future[int]]:
    """Messages from as many addresses, one after the other too fast to be answered between."""

    def send(number: int) -> int:
        with service.client(address=f"127.0.1.{number % 20 + 1}", timeout=90) as client:
            return client.post(CHAT if "message" in body else QUERY, json=body).status_code

    return [pool.submit(send, number) for number in range(count)]


def test_a_flood_starves_nobody(demo_database: Path, tmp_path: Path) -> None:
    with (
        serving(tmp_path, demo_database, translate_timeout_seconds=1, waiting_at_most=16) as service,
        ThreadPoolExecutor(45) as pool,
        service.client(address="127.0.0.9") as client,
    ):
        assert client.post(QUERY, json=LIGHT).status_code == 200
        flood = _flood(service, pool, 45, HOSTILE_MESSAGE)
        time.sleep(0.3)
        waits = []
        for _ in range(15):
            began = time.monotonic()
            assert client.get("/healthz").status_code == 200
            waits.append(time.monotonic() - began)
        assert sorted(waits)[7] < 1, waits
        assert client.get("/readyz").status_code == 200
        statuses = Counter(each.result() for each in flood)
        # what did not fit was refused at once, what did was given up or answered by a translator with bounds of its own
        assert set(statuses) <= {503, 504, 200}, statuses
        assert statuses[503] >= 1, statuses
        began = time.monotonic()
        assert client.post(QUERY, json=LIGHT).status_code == 200
        assert time.monotonic() - began < 5, "what was given up no longer runs"


def test_one_reader_has_so_many_at_a_time(demo_database: Path, tmp_path: Path) -> None:
    with (
        serving(tmp_path, demo_database, per_reader_at_most=2, translate_timeout_seconds=1) as service,
        ThreadPoolExecutor(6) as pool,
    ):

        def send(_: int) -> httpx.Response:
            with service.client(timeout=60) as client:
                return client.post(CHAT, json=HOSTILE_MESSAGE)

        found = list(pool.map(send, range(6)))
        refused = [each for each in found if each.status_code == 429]
        assert len(refused) >= 3
        assert all(each.json()["error"]["code"] == "too_many_requests" for each in refused)
        assert all(int(each.headers["retry-after"]) >= 1 for each in refused)
        with service.client(address="127.0.0.7") as other:
            assert other.post(QUERY, json=LIGHT).status_code == 200


def test_a_client_that_leaves_leaves_nothing_running_and_a_stop_takes_its_grace_time(
    demo_database: Path, tmp_path: Path
) -> None:
    bounds = {"answers_at_once": 2, "translate_timeout_seconds": 60, "grace_seconds": 1}
    with serving(tmp_path, demo_database, **bounds) as service, ThreadPoolExecutor(12) as pool:
        with service.client() as client:
            client.post(QUERY, json=LIGHT)
        for body in (HOSTILE_MESSAGE, HEAVY, MANY) * 2:
            with service.client(timeout=0.3) as leaving, suppress(httpx.ReadTimeout):
                leaving.post(CHAT if "message" in body else QUERY, json=body)
        with service.client(timeout=15) as client:
            assert client.post(QUERY, json=LIGHT).status_code == 200, "both threads are free again"
        flood = [pool.submit(_sent, service, body) for body in (HOSTILE_MESSAGE, HEAVY) * 6]
        time.sleep(1)
        assert service.stop() < 1 + 5
        for each in flood:
            each.result()


def _sent(service: Running, body: dict[str, object]) -> None:
    with service.client() as client:
        try:
            client.post(CHAT if "message" in body else QUERY, json=body)
        except httpx.TransportError:
            return


def test_silent_and_slow_connections_are_closed(demo_database: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_database, client_timeout_seconds=1) as service:
        head = b"POST /v1/chat HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 40\r\n"
        for sent in (b"", b"GET /healthz HT", head, head + b"\r\n" + b'{"mess'):
            with service.connect() as connection:
                connection.sendall(sent)
                began = time.monotonic()
                told = _until_closed(connection)
                assert time.monotonic() - began < 6, sent
                assert told == b"" or b" 408 " in told.split(b"\r\n")[0], told
        with service.connect() as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            began = time.monotonic()
            assert b'"ok"' in _until_closed(idle)
            assert time.monotonic() - began < 8, "an idle connection is closed after its answer"


def test_a_connection_is_kept_while_somebody_thinks(demo_database: Path, tmp_path: Path) -> None:
    """A proxy keeps its connections for longer than the HTTP library would."""
    with serving(tmp_path, demo_database) as service, service.connect() as connection:
        for pause in (0, 6.5):
            time.sleep(pause)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            told = b""
            while b'"ok"' not in told:
                told += (part := connection.recv(65_536))
                assert part, "it is not closed"


def test_a_client_that_takes_no_answer_is_left(demo_database: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_database, client_timeout_seconds=1) as service, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", service.port))
        connection.settimeout(10)
        asked = b"GET /openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        connection.sendall(asked * 200)
        until = time.monotonic() + 20
        while "did not take its answer" not in service.log.read_text():
            assert time.monotonic() < until, "it is told"
            time.sleep(0.1)
        found = _until_closed(connection)
        with service.client() as client:
            whole = len(client.get("/openapi.json").content)
        assert len(found) < 200 * whole, "what was not taken is thrown away"


def _until_closed(connection: socket.socket) -> bytes:
    found = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not part:
            return found
        found += part
