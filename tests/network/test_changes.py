"""What the service stands on changes under it: databases replaced, lost and written to, stores that cannot be used."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from tests.network.running import Running, serving

QUERY = {"kind": "metrics", "metrics": ["customers"]}


def _customers(service: Running) -> int:
    with service.client() as client:
        response = client.post("/v1/query", json=QUERY)
        assert response.status_code == 200, response.text
        count: int = response.json()["table"]["rows"][0][0]
        return count


def _known(service: Running) -> str:
    """Whether the result had been computed before."""
    with service.client() as client:
        told: str = client.post("/v1/query", json=QUERY).json()["provenance"]["cache"]
        return told


def _readiness(service: Running) -> tuple[int, list[str]]:
    with service.client() as client:
        response = client.get("/readyz")
        return response.status_code, response.json()["problems"]


@pytest.fixture
def database(demo_database: Path, tmp_path: Path) -> Path:
    """A database that may be spoiled."""
    return Path(shutil.copy(demo_database, tmp_path / "own.duckdb"))


@pytest.fixture(scope="module")
def watched(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the service that several tests share: each leaves one there that can be read."""
    return Path(shutil.copy(demo_database, tmp_path_factory.mktemp("watched") / "own.duckdb"))


@pytest.fixture(scope="module")
def service(watched: Path) -> Iterator[Running]:
    """A service that looks whether its database is another before each answer."""
    with serving(watched.parent, watched, data_check_seconds=0) as running:
        yield running


def test_a_replaced_database_is_opened_anew(watched: Path, service: Running, tmp_path: Path) -> None:
    before = _customers(service)
    assert (_known(service), _customers(service)) == ("hit", before), "asked before, of the same data"
    other = Path(shutil.copy(watched, tmp_path / "other.duckdb"))
    with DuckDBWriter(other) as writer:
        writer.execute("DELETE FROM customers WHERE customer_id IN (SELECT customer_id FROM customers LIMIT 100)")
    os.replace(other, watched)
    assert _known(service) == "miss"
    assert _customers(service) == before - 100
    assert "the database has changed" in service.log.read_text()


def test_scoring_and_making_the_demo_go_on_beside_the_service(watched: Path, service: Running) -> None:
    before = _customers(service)
    _huitou("score", "--db", str(watched))
    assert _customers(service) == before
    _huitou("demo", "--customers", "300", "--out", str(watched))
    assert _customers(service) == 300
    assert _readiness(service) == (200, [])


def _huitou(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "chat_service.cli", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_lost_database_is_told(watched: Path, service: Running, tmp_path: Path) -> None:
    whole = Path(shutil.copy(watched, tmp_path / "whole.duckdb"))
    ways: dict[str, Callable[[], object]] = {
        "database_missing": watched.unlink,
        "database_unreadable": lambda: watched.write_bytes(b"no database at all" * 1000),
    }
    with service.client() as client:
        for code, lose in (*ways.items(), ("database_unreadable", lambda: os.truncate(watched, 4096 * 3))):
            assert _readiness(service) == (200, [])
            lose()
            assert _readiness(service) == (503, [code])
            for path, body in (("/v1/query", QUERY), ("/v1/chat", {"message": "2025年的订单数"})):
                failed = client.post(path, json=body)
                assert failed.status_code == 503 and failed.headers["retry-after"]
                assert str(watched.parent) not in failed.text and "own.duckdb" not in failed.text
                assert failed.json()["request_id"] in service.log.read_text(), "what failed is in the log"
            os.replace(shutil.copy(whole, tmp_path / "again.duckdb"), watched)
        assert _readiness(service) == (200, [])
        assert _customers(service) > 0


def test_the_stores_file_is_its_users_alone_and_one_that_takes_no_write_is_told(
    demo_database: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, demo_database) as service:
        assert _readiness(service) == (200, [])
        _customers(service)
        kept = [each for each in tmp_path.iterdir() if each.name.startswith("kept.sqlite")]
        assert kept and all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in kept)
        for each in kept:
            each.write_bytes(b"x" * 100_000)
        assert _readiness(service) == (503, ["store_unavailable"])


def test_a_failed_statement_says_nothing_of_the_database(database: Path, tmp_path: Path) -> None:
    with DuckDBWriter(database) as writer:
        # a column that can be described and not read: the engine's own words for it quote what is in it
        spoiled = "CAST('canary ' || city AS INTEGER)::VARCHAR AS city"
        writer.execute("ALTER TABLE customers RENAME TO kept")
        writer.execute(f"CREATE VIEW customers AS SELECT * REPLACE ({spoiled}) FROM kept")
    with serving(tmp_path, database) as service, service.client() as client:
        chat = client.post("/v1/chat", json={"message": "2025年各城市的销售额"})
        query = client.post("/v1/query", json={"kind": "metrics", "metrics": ["revenue"], "group_by": ["city"]})
        told = [line for line in service.log.read_text().splitlines() if '"error"' in line and "canary" in line]
    for response in (chat, query):
        assert "Conversion" not in response.text and "canary" not in response.text
        assert any(response.json()["request_id"] in line for line in told), "the operator finds it by the id"
    assert chat.json()["problem"]["code"] == query.json()["error"]["code"] == "statement_failed"
