"""A model of any size, made up: stars of ten datasets around hubs, the hubs around one dataset of places.

Each star has tables and a query, a chain of three hops, and metrics of every kind that the format knows; the numbers of
the model say how many of each there are. `make_tables` makes the database that it describes, with a few rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from semantic_layer import DuckDBWriter

DATASETS_PER_STAR = 10
METRICS_PER_STAR = 100
ROWS = 40
_KINDS = 6

_PLACES = """\
datasets:
  - name: places
    label: {zh: 地点, en: places}
    table: places
    primary_key: id
    fields:
      - {name: id, type: integer, role: key}
      - {name: country, label: {zh: 国家, en: country}, values: {cn: {zh: 中国, en: China}, fr: {zh: 法国, en: France}}}
      - {name: climate, label: {zh: 气候, en: climate}}
"""


def write_model(folder: Path, stars: int) -> None:
    """One file for each star, of 10 datasets and 100 metrics, and one for the places that all hubs stand in."""
    (folder / "places.yaml").write_text(_PLACES, encoding="utf-8")
    for star in range(stars):
        text = "".join(
            [
                "datasets:\n",
                *(_dataset(star, number) for number in range(DATASETS_PER_STAR)),
                "relationships:\n",
                *_relationships(star),
                "metrics:\n",
                *_metrics(star),
            ]
        )
        (folder / f"star_{star:02}.yaml").write_text(text, encoding="utf-8")


def make_tables(path: Path, stars: int) -> None:
    """A database with every table of the model and a few rows in each. Raises EngineError."""
    kinds = ", ".join(f"'k' || (i + {place}) % 5 AS kind_{place}" for place in range(_KINDS))
    amounts = ", ".join(f"i * {place + 1} % 97 AS amount_{place}" for place in range(_KINDS))
    columns = (
        f"i AS id, TIMESTAMP '2026-01-01' + to_days((i * 4)::INTEGER) AS happened_at, "
        f"TIMESTAMP '2026-01-03' + to_days((i * 5)::INTEGER) AS ended_at, i % {ROWS} AS hub_id, i % 7 AS actor_id, "
        f"i % {ROWS} AS place_id, {kinds}, {amounts}"
    )
    with DuckDBWriter(path) as writer:
        places = "SELECT i AS id, 'cn' AS country, 'wet' AS climate"
        writer.execute(f"CREATE TABLE places AS {places} FROM range({ROWS}) t(i)")
        for star in range(stars):
            for number in range(DATASETS_PER_STAR):
                writer.execute(f"CREATE TABLE d{star}_{number} AS SELECT {columns} FROM range({ROWS}) t(i)")


def _dataset(star: int, number: int) -> str:
    name = f"d{star}_{number}"
    is_query = number == 9
    rows = f"sql: SELECT * FROM {name} WHERE amount_0 >= 0" if is_query else f"table: {name}"
    lines = [
        f"  - name: {name}\n    label: {{zh: 数据集{name}, en: dataset {name}}}\n    {rows}\n"
        "    primary_key: id\n    time: happened_at\n    fields:\n",
        "      - {name: id, type: integer, role: key}\n",
        "      - {name: happened_at, type: timestamp, role: time}\n",
        "      - {name: ended_at, type: timestamp, role: attribute}\n",
        "      - {name: hub_id, type: integer, role: key}\n",
        "      - {name: actor_id, type: integer, role: key}\n",
        "      - {name: place_id, type: integer, role: key}\n" if number == 0 else "",
    ]
    for place in range(_KINDS):
        lines.append(f"      - {{name: amount_{place}, type: number, role: fact}}\n")
        lines.append(
            f"      - name: {name}_kind_{place}\n        label: {{zh: 类别{name}{place}, en: kind {place} of {name}}}\n"
            f"        synonyms: {{zh: [种类{name}{place}], en: [sort {place} of {name}]}}\n"
            f"        expression: coalesce(kind_{place}, 'none')\n"
        )
    return "".join(lines)


def _relationships(star: int) -> Iterator[str]:
    """Most datasets point at their hub, the last two one behind the other, the hub at its place."""
    for number in range(1, DATASETS_PER_STAR):
        target = number - 1 if number >= DATASETS_PER_STAR - 2 else 0
        yield f"  - {{from: d{star}_{number}, to: d{star}_{target}, on: {{hub_id: id}}}}\n"
    yield f"  - {{from: d{star}_0, to: places, on: {{place_id: id}}}}\n"


def _metrics(star: int) -> Iterator[str]:
    for number in range(DATASETS_PER_STAR):
        dataset, of = f"d{star}_{number}", f"m{star}_{number}"
        rows, kind = f"    dataset: {dataset}\n", f"{dataset}_kind"
        neighbour = f"m{star}_{(number + 1) % DATASETS_PER_STAR}"
        yield _metric(f"{of}_0", rows + f"    expression: count(*)\n    filter: {kind}_1 <> 'k1'\n")
        both = f"sum(amount_0) - sum(amount_1) FILTER (WHERE {kind}_0 = 'k0')"
        yield _metric(f"{of}_1", rows + f"    expression: {both}\n")
        yield _metric(f"{of}_2", rows + "    expression: count(DISTINCT actor_id)\n    filter: amount_2 > 3\n")
        yield _metric(f"{of}_3", f"    expression: {of}_1 / {of}_0\n")
        yield _metric(f"{of}_4", f"    expression: {of}_3 / ({neighbour}_0 + {of}_0)\n")
        yield _metric(
            f"{of}_5", rows + "    expression: sum(amount_3)\n    valid: {from: happened_at, until: ended_at}\n"
        )
        yield _metric(
            f"{of}_6",
            rows + "    expression: count(*) FILTER (WHERE often >= 2) / count(*)\n"
            "    per: {key: actor_id, values: {often: count(*)}}\n",
        )
        yield _metric(f"{of}_7", rows + "    expression: sum(amount_4)\n    window: {last: 28 days}\n")
        yield _metric(
            f"{of}_8",
            f"    expression: now - before\n    inputs:\n      now: {{metric: {of}_0}}\n"
            f"      before: {{metric: {of}_0, offset: 1 month}}\n",
        )
        yield _metric(f"{of}_9", f"    conversion: {{of: {of}_0, to: {neighbour}_0, key: actor_id, within: 7 days}}\n")


def _metric(name: str, rest: str) -> str:
    return (
        f"  - name: {name}\n    label: {{zh: 指标{name}, en: metric {name}}}\n"
        f"    synonyms: {{zh: [数{name}], en: [number {name}, count of {name}]}}\n"
        f"    description: {{zh: 生成的指标, en: A generated metric}}\n    unit: CNY\n{rest}"
    )
