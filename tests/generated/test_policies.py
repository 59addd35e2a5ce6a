"""Whatever is asked by whomever: the answer is that of a database from which all other rows were removed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.protocol import Engine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import ExplainQuery, ListQuery, MeasuredColumn, MetricQuery, Request
from semantic_layer.query.result import ResultTable
from tests.generated.agreement import in_order, same_rows
from tests.generated.company import Company
from tests.generated.metric_strategies import companies
from tests.generated.policies import Policy, limited_model, policies, reader_of, without_others
from tests.generated.query_strategies import filters, full_queries, groupable, periods
from tests.generated.running import ALL_ROWS, IN_MEMORY, layer_of, tried, write_database, written_out


@tried(20)
@given(st.data())
def test_nothing_is_told_of_rows_that_a_reader_may_not_see(data: st.DataObject) -> None:
    company = data.draw(companies())
    limits = data.draw(policies(company))
    with limited(company, limits) as (layer, reader, left):
        # without a period and conditions, what is hidden shows
        everything = [MetricQuery(metrics=(each.name,)) for each in company.metrics]
        for request in (*everything, data.draw(requests(company)), data.draw(requests(company))):
            check(layer, reader, left, request, company, limits)
        for name in company.dimensions:
            assert layer.values(name, reader=reader) == left.values(name, reader=reader), name


@contextmanager
def limited(company: Company, limits: tuple[Policy, ...]) -> Iterator[tuple[Layer, Reader, Layer]]:
    """The company for a reader of some rows, and the one that has no others, each in a DuckDB file of its own."""
    with tempfile.TemporaryDirectory(prefix="huitou-policies-", dir=IN_MEMORY) as folder:
        whole, part = Path(folder) / "whole.duckdb", Path(folder) / "part.duckdb"
        fewer = without_others(company, limits)
        write_database(company, whole)
        write_database(fewer, part)
        with closing(DuckDBEngine(whole, threads=1)) as one, closing(DuckDBEngine(part, threads=1)) as other:
            yield limited_layer(company, limits, one), reader_of(limits), layer_of(fewer, other)


def limited_layer(company: Company, limits: tuple[Policy, ...], engine: Engine) -> Layer:
    """The company's layer with the policies, over an engine."""
    return Layer(limited_model(company, limits), engine, company.as_of, max_rows=ALL_ROWS)


@st.composite
def requests(draw: st.DrawFn, company: Company) -> Request:
    """Requests of the kinds that every company answers."""
    kind = draw(st.sampled_from(["metrics", "metrics", "metrics", "list", "explain"]))
    metric = draw(st.sampled_from([each.name for each in company.metrics]))
    conditions = tuple(draw(st.lists(filters(company, (metric,)), max_size=1)))
    if kind == "list" and company.entities:
        measured = (MeasuredColumn(name="measured", metric=metric),)
        entity = draw(st.sampled_from(company.entities))
        return ListQuery(entity=entity.name, filters=conditions, measured=measured)
    if kind == "explain":
        names = tuple(draw(st.lists(st.sampled_from(groupable(company, (metric,))), max_size=2, unique=True)))
        return ExplainQuery(metric=metric, period=draw(periods()), filters=conditions, dimensions=names)
    return draw(full_queries(company))


def check(
    layer: Layer, reader: Reader, left: Layer, request: Request, company: Company, limits: tuple[Policy, ...]
) -> None:
    """Both say the same: rows in the same order, or the same problems."""
    mine, its = outcome(layer, request, reader), outcome(left, request, reader)
    shown = f"{limits}\n{written_out(company, request)}"
    if isinstance(mine, tuple) or isinstance(its, tuple):
        assert mine == its, shown
        return
    assert {each.code for each in mine.cautions} == {each.code for each in its.cautions}, f"{shown}\n{mine.sql}"
    is_ordered = isinstance(request, MetricQuery) or mine.total_rows != its.total_rows
    rows, others = (mine.rows, its.rows) if is_ordered else (in_order(mine), in_order(its))
    assert same_rows(rows, others), f"{shown}\n{mine.rows}\n{its.rows}\n{mine.sql}"


def outcome(layer: Layer, request: Request, reader: Reader) -> ResultTable | tuple[str, ...]:
    """The rows, or the codes of what is wrong."""
    try:
        return layer.run(request, reader)
    except QueryError as error:
        return tuple(each.code for each in error.problems)
