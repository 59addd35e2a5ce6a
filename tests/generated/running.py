"""How the generated tests run: a company in a database of its own, and how many examples are tried.

By default half of the examples are tried, always the same, so that a failure in one place is one in every place.
`HUITOU_EXAMPLES=20` tries twenty times as many, other ones each time (`--hypothesis-seed=7` names them).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from hypothesis import HealthCheck, Phase, assume, event, settings

from semantic_layer.database.prepared import Prepared
from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.query.requests import Request
from semantic_layer.query.result import ResultTable
from tests.generated.company import Company

TIMES = int(os.environ.get("HUITOU_EXAMPLES", "0"))
ALL_ROWS = 100_000
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
# hundreds of small files: a disk that confirms each would take most of the time
IN_MEMORY = next((each for each in ("/dev/shm",) if os.access(each, os.W_OK)), None)  # noqa: S108


def tried(examples: int) -> settings:
    """Settings for a test that tries so many examples by night, half of them by day."""
    return settings(
        max_examples=examples * TIMES or (examples + 1) // 2,
        deadline=None,
        derandomize=TIMES == 0,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        phases=PHASES,
    )


@contextmanager
def opened(company: Company) -> Iterator[Layer]:
    """The company's layer over a DuckDB file of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="huitou-generated-", dir=IN_MEMORY) as folder:
        path = Path(folder) / "company.duckdb"
        write_database(company, path)
        engine = DuckDBEngine(path, threads=1)
        try:
            yield layer_of(company, engine)
        finally:
            engine.close()


def ready(layer: Layer, query: Request) -> Prepared | None:
    """The query as it would be run; None where it is refused, by which code is counted."""
    try:
        return layer.prepare(query)
    except QueryError as error:
        event(f"refused: {error.problems[0].code}")
        return None


def table_of(layer: Layer, query: Request) -> ResultTable:
    """The rows of a query; an example whose query is refused is none."""
    prepared = ready(layer, query)
    assume(prepared is not None)
    assert prepared is not None
    return layer.execute(prepared)


def written_out(company: Company, query: Request) -> str:
    """Everything that is needed to ask again by hand."""
    model = yaml.safe_dump(company.written, allow_unicode=True, sort_keys=False, default_flow_style=None, width=200)
    asked = query.model_dump_json(by_alias=True, exclude_defaults=True)
    return f"\n{company.ddl()}\n{model}\ntoday: {company.as_of}\nquery: {asked}"


def write_database(company: Company, path: Path) -> None:
    """A DuckDB file with the company's tables."""
    with DuckDBWriter(path, threads=1) as writer:
        writer.execute(company.ddl())


def layer_of(company: Company, engine: Engine) -> Layer:
    """The company's layer over an engine."""
    return Layer(build_model(company.definition), engine, company.as_of, max_rows=ALL_ROWS)
