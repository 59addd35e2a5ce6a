"""Whatever is asked of a company with rollups: the answer is that of its rows, for whoever asks."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.layer import Layer
from semantic_layer.query.reader import ANONYMOUS
from semantic_layer.refreshing import refresh_rollups
from tests.generated.agreement import same_rows
from tests.generated.metric_strategies import companies
from tests.generated.policies import limited_model, policies, reader_of
from tests.generated.rollups import rolled_up, rollups
from tests.generated.running import ALL_ROWS, IN_MEMORY, tried, write_database, written_out
from tests.generated.test_policies import outcome


def test_rollups_tell_what_rows_tell() -> None:
    asked: list[bool] = []

    @tried(15)
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        company = data.draw(companies(kinds=("flow", "flow", "window", "derived", "stock", "per")))
        limits = data.draw(policies(company)) if data.draw(st.booleans()) else ()
        plain = limited_model(company, limits)
        found = data.draw(rollups(company, plain))
        model = limited_model(company, limits, rollups=found)
        names = [name for each in model.rollups.values() for name in each.metrics]
        reader = reader_of(limits) if limits else ANONYMOUS
        with tempfile.TemporaryDirectory(prefix="huitou-rollups-", dir=IN_MEMORY) as folder:
            path = Path(folder) / "company.duckdb"
            write_database(company, path)
            assert [each.problem for each in refresh_rollups(path, model, company.as_of)] == [None] * len(found)
            with closing(DuckDBEngine(path, threads=1)) as engine:
                rows = Layer(plain, engine, company.as_of, max_rows=ALL_ROWS)
                cells = Layer(model, engine, company.as_of, max_rows=ALL_ROWS)
                for _ in range(6):
                    query = data.draw(rolled_up(company, names))
                    mine, its = outcome(cells, query, reader), outcome(rows, query, reader)
                    shown = f"{found}\n{limits}\n{written_out(company, query)}"
                    if isinstance(mine, tuple) or isinstance(its, tuple):
                        assert mine == its, shown
                        continue
                    asked.append(bool(cells.prepare(query, reader).rollups))
                    assert same_rows(mine.rows, its.rows), f"{shown}\n{mine.rows}\n{its.rows}\n{mine.sql}"
                    assert mine.cautions == its.cautions, shown
                    assert cells.prepare(query, reader).policies == rows.prepare(query, reader).policies, shown

    agree()
    assert sum(asked) > len(asked) // 4, f"{sum(asked)} of {len(asked)} read a rollup"
