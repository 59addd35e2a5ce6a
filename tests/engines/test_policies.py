"""Policies on PostgreSQL: the answer is that of a DuckDB file from which all other rows were removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from semantic_layer.engines.opening import open_engine
from semantic_layer.query.requests import MetricQuery
from tests.generated.agreement import by_group, same
from tests.generated.engines import replaced
from tests.generated.metric_strategies import companies
from tests.generated.policies import policies, reader_of, without_others
from tests.generated.query_strategies import full_queries
from tests.generated.running import layer_of, tried, write_database, written_out
from tests.generated.test_policies import limited_layer, outcome


def test_nothing_is_told_of_rows_that_a_reader_may_not_see(
    placed: Callable[[str, str, Path], str], tmp_path: Path
) -> None:
    made: list[str] = []

    @settings(tried(8), phases=[Phase.generate])
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        company = data.draw(companies().filter(lambda each: len(each.metrics) > 2 and len(each.tables) > 2))
        limits = data.draw(policies(company))
        fewer, name = without_others(company, limits), f"policies_{len(made) + 1}"
        made.append(name)
        write_database(company, tmp_path / f"{name}.duckdb")
        write_database(fewer, tmp_path / f"{name}_left.duckdb")
        url = placed("postgres", name, tmp_path / f"{name}.duckdb")
        with closing(open_engine(url)) as whole, closing(open_engine(tmp_path / f"{name}_left.duckdb")) as part:
            layer, reader, left = limited_layer(company, limits, whole), reader_of(limits), layer_of(fewer, part)
            plain = [MetricQuery(metrics=(each.name,)) for each in company.metrics]
            for query in (*plain, replaced(data.draw(full_queries(company)))):
                mine, its = outcome(layer, query, reader), outcome(left, query, reader)
                shown = f"{limits}\n{written_out(company, query)}"
                if isinstance(mine, tuple) or isinstance(its, tuple):
                    assert mine == its, shown
                    continue
                rows, others = by_group(mine), by_group(its)
                assert rows.keys() == others.keys(), f"{shown}\n{mine.sql}"
                for group, values in others.items():
                    for column, value in values.items():
                        assert same(rows[group][column], value), f"{shown}\n{group} {column}\n{mine.sql}"
            for dimension in company.dimensions:
                seen = set(layer.values(dimension, reader=reader).values)
                assert seen == set(left.values(dimension, reader=reader).values), dimension

    agree()
    assert made
