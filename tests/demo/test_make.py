"""Making the demo company: the same for the same seed, whole or not at all, and the tables of the contract."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pytest

from semantic_layer.demo import make
from semantic_layer.demo.catalogue import DATA
from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.errors import EngineError


def contents(path: Path) -> dict[str, str]:
    """A fingerprint of every table's rows, whatever their order on the disk."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            rows = f"SELECT t::VARCHAR AS r FROM {table} t"
            sql = f"SELECT count(*), md5(coalesce(string_agg(r, '|' ORDER BY r), '')) FROM ({rows})"
            found[table] = str(connection.execute(sql).fetchall()[0])
    return found


def columns(path: Path) -> list[tuple[object, ...]]:
    """Tables, columns, types and whether null is allowed, of a file of SQL."""
    with duckdb.connect() as connection:
        connection.execute(path.read_text(encoding="utf-8"))
        described = "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE NOT internal"
        return connection.execute(f"{described} ORDER BY table_name, column_index").fetchall()


def test_same_arguments_same_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make.make_demo(tmp_path / "a" / "demo.duckdb", customers=700)
    monkeypatch.setattr(make, "DuckDBWriter", partial(DuckDBWriter, threads=1))
    make.make_demo(tmp_path / "b" / "demo.duckdb", customers=700)
    assert contents(tmp_path / "a" / "demo.duckdb") == contents(tmp_path / "b" / "demo.duckdb")
    truths = [(tmp_path / folder / make.TRUTH_FILE).read_bytes() for folder in "ab"]
    assert truths[0] == truths[1]


def test_another_seed_other_data(tmp_path: Path) -> None:
    make.make_demo(tmp_path / "a.duckdb", customers=200, seed=1)
    make.make_demo(tmp_path / "b.duckdb", customers=200, seed=2)
    a, b = contents(tmp_path / "a.duckdb"), contents(tmp_path / "b.duckdb")
    same = {table for table in a if a[table] == b[table]}
    assert same == {"stores", "customer_scores"}


def test_a_failed_run_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "demo.duckdb"
    summary = make.make_demo(out, customers=50)
    before = contents(out)

    def fail(stage: str, done: float) -> None:
        if stage == "truths":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        make.make_demo(out, customers=60, progress=fail)
    assert contents(out) == before
    assert {path.name for path in tmp_path.iterdir()} == {out.name, summary.truth.name}


def test_replaces_what_was_there_and_its_log(tmp_path: Path) -> None:
    out = tmp_path / "demo.duckdb"
    out.write_bytes(b"not a database")
    (tmp_path / "demo.duckdb.wal").write_bytes(b"of another file")
    summary = make.make_demo(out, customers=50)
    assert dict(summary.rows)["customers"] == 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.duckdb", "demo_truth.json"]


def test_progress_grows_to_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "BATCH", 30)
    told: list[float] = []
    make.make_demo(tmp_path / "demo.duckdb", customers=100, progress=lambda stage, done: told.append(done))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_the_summary_counts_every_table(tmp_path: Path) -> None:
    summary = make.make_demo(tmp_path / "new" / "demo.duckdb", customers=50, as_of=date(2026, 6, 30))
    rows = dict(summary.rows)
    assert (summary.start, summary.as_of) == (date(2023, 7, 1), date(2026, 6, 30))
    assert set(rows) == {table for table, *_ in columns(DATA / "schema.sql")}
    assert (rows["customers"], rows["customer_scores"]) == (50, 0)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as raised:
        make.make_demo(tmp_path, customers=0, seed=-1, as_of=date(1900, 1, 1))
    assert {problem.code for problem in raised.value.problems} == {"demo_out_of_range"}
    assert len(raised.value.problems) == 4


def test_the_tables_are_the_contracts(shared_folder: Path) -> None:
    assert columns(DATA / "schema.sql") == columns(shared_folder / "contract" / "loyalty_schema.sql")


def test_truths_of_one_customer_are_null_not_wrong(tmp_path: Path) -> None:
    summary = make.make_demo(tmp_path / "demo.duckdb", customers=1)
    told = json.loads(summary.truth.read_text(encoding="utf-8"))
    assert told["customers"] == 1
    assert all(m["ratio"] is None for truth in told["truths"] for m in truth["measures"])
