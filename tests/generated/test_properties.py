"""What always holds of generated companies: joining, grouping, filtering and splitting change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.query.requests import AllOf, Filter, MetricQuery, NotOf
from semantic_layer.time.periods import GRAINS, Period
from tests.generated.agreement import by_group, same_rows, total
from tests.generated.calendar_days import Span, units
from tests.generated.company import Company
from tests.generated.metric_specs import Simple
from tests.generated.metric_strategies import companies
from tests.generated.query_strategies import filters, groupable, is_timed, periods, plain_queries
from tests.generated.running import opened, table_of, tried, written_out

CALENDAR = GRAINS[GRAINS.index("day") : GRAINS.index("year") + 1]


def additive(company: Company) -> list[Simple]:
    """The metrics whose values over parts add up."""
    return [each for each in company.metrics if isinstance(each, Simple) and each.is_additive]


def periods_of(company: Company, metric: Simple) -> st.SearchStrategy[Period | None]:
    """Periods that may be asked of the metric."""
    return st.none() | periods() if is_timed(company, metric.name) else st.none()


@tried(25)
@given(st.data())
def test_a_dimension_never_changes_the_total(data: st.DataObject) -> None:
    company = data.draw(companies(("flow",), 3))
    with opened(company) as layer:
        for metric in additive(company):
            known = groupable(company, (metric.name,))
            groups = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
            query = MetricQuery(metrics=(metric.name,), period=data.draw(periods_of(company, metric)))
            grouped = query.model_copy(update={"group_by": tuple(groups)})
            assert sum_of(layer, grouped) == pytest.approx(sum_of(layer, query)), written_out(company, grouped)


@tried(25)
@given(st.data())
def test_a_filter_and_its_complement_make_the_whole(data: st.DataObject) -> None:
    company = data.draw(companies(("flow", "per"), 4))
    with opened(company) as layer:
        for metric in additive(company):
            condition = data.draw(filters(company, (metric.name,)))
            query = MetricQuery(metrics=(metric.name,), period=data.draw(periods_of(company, metric)))
            parts = (condition, NotOf(negated=condition))
            split = sum(sum_of(layer, narrowed(query, part)) for part in parts)
            assert split == pytest.approx(sum_of(layer, query)), written_out(company, narrowed(query, condition))


def narrowed(query: MetricQuery, *conditions: Filter) -> MetricQuery:
    """The query over rows that also meet the conditions."""
    return query.model_copy(update={"filters": (*query.filters, *conditions)})


def sum_of(layer: Layer, query: MetricQuery) -> float:
    """The sum of the query's first metric over all groups; 0 where its own definition leaves nothing to count."""
    try:
        return total(layer.run(query), query.metrics[0])
    except QueryError as error:
        if {each.code for each in error.problems} == {"against_definition"}:
            return 0.0
        raise


@tried(25)
@given(st.data())
def test_splitting_a_period_adds_up(data: st.DataObject) -> None:
    company = data.draw(companies(("flow",), 3))
    timed = [each for each in additive(company) if is_timed(company, each.name)]
    assume(timed)
    with opened(company) as layer:
        for metric in timed:
            period = data.draw(periods())
            assert period.start is not None and period.end is not None
            assume((period.end - period.start).days > 1)  # a part without a day is no period
            middle = period.start + timedelta(days=data.draw(st.integers(1, (period.end - period.start).days - 1)))
            query = MetricQuery(metrics=(metric.name,), period=period)
            parts = (Period(period.start, middle), Period(middle, period.end))
            split = sum(sum_of(layer, query.model_copy(update={"period": part})) for part in parts)
            whole = sum_of(layer, query)
            assert split == pytest.approx(whole), written_out(company, query)
            grain = data.draw(st.sampled_from(CALENDAR[1:]))
            buckets = query.model_copy(update={"group_by": (grain,)})
            assert sum_of(layer, buckets) == pytest.approx(whole), written_out(company, buckets)


@tried(20)
@given(st.data())
def test_every_bucket_is_there_once_and_in_order(data: st.DataObject) -> None:
    company = data.draw(companies())
    tomorrow = company.as_of + timedelta(days=1)
    with opened(company) as layer:
        # filters may leave out buckets
        query = data.draw(plain_queries(company)).model_copy(update={"filters": ()})
        grain = next((name for name in query.group_by if name in GRAINS), None)
        assume(grain is not None and query.period is not None)
        assert grain is not None and query.period is not None and query.period.start is not None
        table = table_of(layer, query)
        end = min(query.period.end or tomorrow, tomorrow)
        wanted = list(units(grain, Span(query.period.start, end)))
        place = query.group_by.index(grain)
        found: dict[tuple[object, ...], list[object]] = {}
        for group in by_group(table):
            rest = tuple(value for index, value in enumerate(group) if index != place)
            found.setdefault(rest, []).append(group[place])
        if len(query.group_by) == 1:
            assert list(table.column(grain)) == wanted, written_out(company, query)
        for buckets in found.values():
            assert sorted(buckets) == wanted, written_out(company, query)  # type: ignore[type-var]


@tried(25)
@given(st.data())
def test_order_of_words_changes_nothing(data: st.DataObject) -> None:
    company = data.draw(companies())
    with opened(company) as layer:
        query = data.draw(plain_queries(company))
        table = table_of(layer, query)
        assert layer.run(query) == table, "asked twice"
        turned = query.model_copy(
            update={
                "metrics": query.metrics[::-1],
                "group_by": query.group_by[::-1],
                "filters": (AllOf(all=query.filters[::-1]),) if query.filters else (),
            }
        )
        other = layer.run(turned)
        width, count = len(query.group_by), len(query.metrics)
        places = [*range(width - 1, -1, -1), *range(width + count - 1, width - 1, -1)]
        back = [tuple(row[place] for place in places) for row in other.rows]
        assert same_rows(sorted(table.rows, key=repr), sorted(back, key=repr)), written_out(company, query)


@tried(25)
@given(st.data())
def test_metrics_beside_each_other_keep_their_values(data: st.DataObject) -> None:
    company = data.draw(companies())
    with opened(company) as layer:
        query = data.draw(plain_queries(company))
        assume(len(query.metrics) > 1)
        together = by_group(table_of(layer, query))
        for name in query.metrics:
            alone = layer.run(query.model_copy(update={"metrics": (name,)}))
            for group, values in by_group(alone).items():
                if group not in together and not values[name]:
                    continue  # a group that says no more than one without rows may be shown or not
                assert same_rows([(together[group][name],)], [(values[name],)]), written_out(company, query)
