"""What the service stands on is killed under load, or full: nothing acknowledged is lost, what failed is said, and the
next request works. (A worker that is killed: `test_workers.py`; a database that is replaced: `test_changes.py`.)"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from semantic_layer import copy_tables
from semantic_layer.engines.rollup_places import rollups_beside
from tests.engines.servers import killable_postgres
from tests.network.running import Running, serving

QUERY = {"kind": "metrics", "metrics": ["customers"]}
# a connection that is lost, and one that cannot be made
_GONE = {"database_unreadable", "database_missing"}
_SECONDS = 60.0


class Askers:
    """Clients that ask one question after another, until told to stop: what they were told is kept."""

    def __init__(self, service: Running, count: int = 3) -> None:
        self.told: list[str] = []
        self.failed: list[tuple[int, str]] = []
        self._service, self._stopped = service, threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(count)]

    def __enter__(self) -> Askers:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for each in self._threads:
            each.join()

    def _ask(self, number: int) -> None:
        with self._service.client() as client:
            while not self._stopped.is_set():
                response = client.post("/v1/chat", json={"message": f"{2024 + number}年的订单数"})
                if response.status_code == 200:
                    self.told.append(response.json()["conversation_id"])
                else:
                    self.failed.append((response.status_code, response.json()["error"]["code"]))


def _until(holds: object, seconds: float = _SECONDS) -> None:
    until = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come to be so"
        time.sleep(0.1)


def _are_kept(service: Running, conversations: list[str]) -> bool:
    with service.client() as client:
        return all(client.get(f"/v1/conversations/{each}").status_code == 200 for each in conversations)


def test_nothing_told_is_lost_when_the_stores_server_is_killed(demo_database: Path, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with (
        killable_postgres() as server,
        serving(tmp_path, demo_database, conversations_url=server.url, per_reader_at_most=20) as service,
    ):
        with Askers(service) as asked:
            _until(lambda: len(asked.told) >= 5)
            server.kill()
            _until(lambda: len(asked.failed) >= 3)
            server.start()
            before = len(asked.told)
            _until(lambda: len(asked.told) >= before + 5)
        assert set(asked.failed) == {(503, "store_unavailable")}
        assert _are_kept(service, asked.told)


def test_the_next_request_works_when_the_engines_server_was_killed(demo_database: Path, tmp_path: Path) -> None:
    with killable_postgres() as server:
        copy_tables(demo_database, server.url)
        with serving(tmp_path, server.url, data_check_seconds=0) as service, service.client() as client:
            before = client.post("/v1/query", json=QUERY).json()["table"]["rows"]
            server.kill()
            failed = client.post("/v1/query", json=QUERY)
            assert failed.status_code == 503 and failed.json()["error"]["code"] in _GONE, failed.text
            server.start()
            again = client.post("/v1/query", json=QUERY)
            assert (again.status_code, again.json()["table"]["rows"]) == (200, before), again.text
            assert client.get("/readyz").status_code == 200


@contextmanager
def _full_disk(process: int, most: int) -> Iterator[None]:
    """No file of a process may grow beyond so many bytes."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def test_nothing_told_is_lost_on_a_full_disk(demo_database: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_database) as service, service.client() as client:
        with Askers(service) as asked:
            _until(lambda: len(asked.told) >= 5)
            with _full_disk(service.process.pid, (tmp_path / "kept.sqlite-wal").stat().st_size):
                _until(lambda: len(asked.failed) >= 3)
                assert client.get("/readyz").json()["problems"] == ["store_unavailable"]
                assert client.get("/healthz").status_code == 200
            before = len(asked.told)
            _until(lambda: len(asked.told) >= before + 5)
        assert set(asked.failed) == {(503, "store_unavailable")}
        assert _are_kept(service, asked.told)
        assert client.get("/readyz").status_code == 200


def test_rollups_stay_what_they_were_on_a_full_disk(demo_database: Path, tmp_path: Path) -> None:
    database = Path(shutil.copy(demo_database, tmp_path / "company.duckdb"))
    model = tmp_path / "model"
    model.mkdir()

    def refreshed(dimensions: str, most: int) -> subprocess.CompletedProcess[str]:
        daily = f"{{name: orders_daily, metrics: [revenue, orders], dimensions: [{dimensions}]}}"
        (model / "more.yaml").write_text(f"extends: loyalty\nrollups:\n  - {daily}\n", encoding="utf-8")
        limit = json.dumps(most)
        code = (
            f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
            "from chat_service.cli import main; sys.argv[0] = 'huitou'; main()"
        )
        command = [sys.executable, "-c", code, "refresh", "--db", str(database), "--model", str(model)]
        return subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=_SECONDS)

    built = refreshed("region", resource.RLIM_INFINITY)
    assert built.returncode == 0, built.stderr
    before = rollups_beside(database).read_bytes(), database.read_bytes()
    full = refreshed("region, order_channel", 20_000)
    assert full.returncode == 1 and "statement_failed" in full.stderr, full.stderr
    assert (rollups_beside(database).read_bytes(), database.read_bytes()) == before
    assert not [each for each in tmp_path.iterdir() if "partial" in each.name], "nothing is left behind"
