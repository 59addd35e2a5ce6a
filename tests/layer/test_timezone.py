"""Days begin where the model says, on any machine: three instants around a midnight of Shanghai and of UTC."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.errors import DefinitionsError
from semantic_layer.loading.load import load_model

MODEL = """
datasets:
  - name: e
    table: e
    primary_key: id
    time: t
    fields: [{name: id, type: integer, role: key}, {name: t, type: timestamp, role: time}]
metrics:
  - {name: n, dataset: e, expression: count(*)}
"""
# at 30 June 15:30 UTC, 23:59 UTC and 1 July 00:30 UTC; in Shanghai the first is of 30 June, the others of 1 July
ROWS = (
    "CREATE TABLE e (id INTEGER, t TIMESTAMPTZ); INSERT INTO e VALUES (1, '2026-06-30 15:30:00+00'), "
    "(2, '2026-06-30 23:59:00+00'), (3, '2026-07-01 00:30:00+00')"
)
ASKED = """
import sys
from datetime import date
from pathlib import Path
from semantic_layer import DuckDBEngine, Layer, MetricQuery, load_model
folder = Path(sys.argv[1])
model = load_model(folder / "m.yaml")
layer = Layer(model, DuckDBEngine(folder / "t.duckdb", timezone=model.timezone))
print(layer.as_of, [(str(day), n) for day, n in layer.run(MetricQuery(metrics=("n",), group_by=("day",))).rows])
"""


def folder_with(tmp_path: Path, zone: str | None) -> Path:
    with DuckDBWriter(tmp_path / "t.duckdb") as writer:
        writer.execute("SET TimeZone = 'UTC';" + ROWS)
    (tmp_path / "m.yaml").write_text((f"timezone: {zone}" if zone else "") + MODEL, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [
        (None, "2026-07-01 [('2026-06-30', 2), ('2026-07-01', 1)]"),
        ("Asia/Shanghai", "2026-07-01 [('2026-06-30', 1), ('2026-07-01', 2)]"),
        ("America/New_York", "2026-06-30 [('2026-06-30', 3)]"),
    ],
)
def test_the_machines_zone_changes_nothing(zone: str | None, wanted: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, zone)
    for machine in ("UTC", "Asia/Shanghai", "America/New_York"):
        run = subprocess.run(
            [sys.executable, "-c", ASKED, str(folder)],
            env={**os.environ, "TZ": machine},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == wanted, machine


def test_a_zone_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionsError) as found:
        load_model(folder_with(tmp_path, "Asia/Shangai") / "m.yaml")
    assert [each.code for each in found.value.problems] == ["unknown_timezone"]
