"""Random queries on five dbt projects, answered by MetricFlow and by us: how many agree, and the first that do not.

`make agreement` installs MetricFlow into an environment of its own (a network is needed once) and runs 1,000 queries;
`python -m benchmarks.agreement --queries 200 --seed 7` others. Rows are compared as sets, numbers to a relative 1e-9. A
query that both refuse is agreement too, counted apart, and replaced by another.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.agreement.project import DAYS, SCHEMA, Project
from benchmarks.agreement.projects.accounts import ACCOUNTS
from benchmarks.agreement.projects.insurer import INSURER
from benchmarks.agreement.projects.shop import SHOP
from benchmarks.agreement.projects.survey import SURVEY
from benchmarks.agreement.projects.visits import VISITS
from semantic_layer import DbtLayer, DuckDBWriter, QueryError, dbt, load_dbt, open_engine

Query = dict[str, Any]
ENVIRONMENT = Path(__file__).resolve().parents[2] / ".venv-metricflow"
_GRAINS = ("day", "week", "month", "quarter")
_SHOWN = 5
PROJECTS = (SHOP, INSURER, SURVEY, ACCOUNTS, VISITS)


def queries(project: Project, count: int, chance: random.Random) -> Iterator[Query]:
    """Random queries of a project: one or two metrics, up to two groups, a unit of time, conditions, a period."""
    for _ in range(count):
        alone = bool(project.alone) and chance.random() < 0.25
        metrics = [chance.choice(project.alone)] if alone else chance.sample(project.metrics, chance.choice((1, 1, 2)))
        groups = chance.sample(project.groups, chance.choice((0, 1, 1, 2)))
        if alone or chance.random() < 0.4:
            groups = [f"metric_time__{chance.choice(_GRAINS)}", *groups[:1]]
        where = [_condition(project, chance) for _ in range(chance.choice((0, 0, 1, 2)))]
        period = None
        if chance.random() < 0.2:
            first = date(2024, chance.randint(1, 8), chance.randint(1, 28))
            period = [first.isoformat(), date(2024, first.month + chance.randint(0, 3), 28).isoformat()]
        yield {"metrics": metrics, "group_by": groups, "where": where, "period": period}


def _condition(project: Project, chance: random.Random) -> str:
    if chance.random() < 0.3:
        flag = _reference(chance.choice(project.flags))
        return chance.choice((flag, f"NOT {flag}"))
    name = chance.choice([*project.texts])
    values = project.texts[name]
    value, field_ = chance.choice(values), _reference(name)
    return chance.choice(
        (
            f"{field_} = '{value}'",
            f"{field_} <> '{value}'",
            f"{field_} IS NULL",
            f"{field_} IN ('{value}', '{values[0]}')",
            f"({field_} = '{value}' OR {_reference(chance.choice(project.flags))})",
        )
    )


def _reference(name: str) -> str:
    *path, entity, dimension = name.split("__")
    hops = f", entity_path={path}" if path else ""
    return f"{{{{ Dimension('{entity}__{dimension}'{hops}) }}}}"


@dataclass
class Outcome:
    """What came of the queries of a project."""

    counts: Counter[str] = field(default_factory=Counter)
    differ: list[tuple[Query, str]] = field(default_factory=list)


def compare(project: Project, count: int, seed: int, python: Path, folder: Path) -> Outcome:
    """Both sides on the same queries of a project, until `count` are answered by one of them."""
    where, path = folder / project.name, folder / f"{project.name}.duckdb"
    project.write(where)
    with DuckDBWriter(path) as writer:
        writer.execute(f"CREATE SCHEMA {SCHEMA};{DAYS}{project.data}")
    chance = random.Random(f"{seed} {project.name}")  # noqa: S311 - no secret
    outcome = Outcome()
    engine = open_engine(str(path))
    try:
        layer = DbtLayer(load_dbt(where), engine)
        while (left := count - outcome.counts.total() + outcome.counts["both refuse"]) > 0:
            asked = list(queries(project, left + 20, chance))
            for query, their in zip(asked, _peer(python, where, path, asked), strict=True):
                kind, told = _judge(_ours(layer, query), their)
                outcome.counts[kind] += 1
                if told:
                    outcome.differ.append((query, told))
    finally:
        engine.close()
    return outcome


def _peer(python: Path, project: Path, database: Path, asked: list[Query]) -> list[Query]:
    script = Path(__file__).with_name("peer.py")
    lines = "\n".join(json.dumps(each) for each in asked)
    done = subprocess.run([python, script, project, database], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"MetricFlow's side failed:\n{done.stderr[-3000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _ours(layer: DbtLayer, query: Query) -> Query:
    made = dbt.DbtQuery(
        metrics=tuple(query["metrics"]),
        group_by=tuple(query["group_by"]),
        where=tuple(query["where"]),
        time_constraint=tuple(query["period"]) if query["period"] else None,
    )
    try:
        table = layer.run(made)
    except QueryError as error:
        return {"refused": "; ".join(each.code for each in error.problems)}
    return {"columns": [column.name for column in table.columns], "rows": [[*map(_plain, row)] for row in table.rows]}


def _judge(ours: Query, theirs: Query) -> tuple[str, str]:
    """The kind of outcome, and what to say of it where the sides differ."""
    if "refused" in ours or "refused" in theirs:
        if "refused" in ours and "refused" in theirs:
            return "both refuse", ""
        side, reason = ("we", ours["refused"]) if "refused" in ours else ("they", theirs["refused"])
        return f"only {side} refuse", f"only {side} refuse: {reason.splitlines()[0][:160]}"
    places = [theirs["columns"].index(name) for name in ours["columns"] if name in theirs["columns"]]
    if len(places) != len(theirs["columns"]):
        return "differ", f"columns {ours['columns']} for {theirs['columns']}"
    their_rows = [[row[place] for place in places] for row in theirs["rows"]]
    mine, their = (sorted(rows, key=_order) for rows in (ours["rows"], their_rows))
    if len(mine) == len(their) and all(_same(one, other) for one, other in zip(mine, their, strict=True)):
        return "same rows", ""
    return "differ", f"{len(mine)} rows for {len(their)}; ours {mine[:3]}, theirs {their[:3]}"


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value if value is None or isinstance(value, bool | int | float | str) else float(str(value))


def _order(row: list[Any]) -> list[str]:
    return [f"{value:.6g}" if isinstance(value, int | float) else str(value) for value in row]


def _same(one: list[Any], other: list[Any]) -> bool:
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
        if isinstance(a, int | float) and isinstance(b, int | float)
        else a == b
        for a, b in zip(one, other, strict=True)
    )


def _installed(python: Path) -> Path:
    """A Python that has MetricFlow; made the first time."""
    if not python.exists():
        uv = Path(sys.executable).with_name("uv")
        for arguments in (["venv", str(ENVIRONMENT)], ["pip", "install", "-p", str(python), "metricflow", "duckdb"]):
            subprocess.run([uv, *arguments], check=True)
    return python


def main() -> None:
    """Run the comparison; the exit code says whether anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", type=Path, default=ENVIRONMENT / "bin" / "python")
    given = parser.parse_args()
    python = _installed(given.python)
    every: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for project in PROJECTS:
            outcome = compare(project, given.queries // len(PROJECTS), given.seed, python, Path(folder))
            every += outcome.counts
            print(f"{project.name:10}", ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.counts.items())))
            for query, told in outcome.differ[:_SHOWN]:
                print("   ", json.dumps(query), "\n       ", told)
    print("together  ", ", ".join(f"{kind} {count}" for kind, count in sorted(every.items())))
    sys.exit(any(kind not in ("same rows", "both refuse") for kind in every))


if __name__ == "__main__":
    main()
