"""The example model over a million real invoice lines gives the figures that are published for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.model.model import Model
from semantic_layer.query.requests import FieldFilter, MetricFilter, MetricQuery
from semantic_layer.query.result import Value
from semantic_layer.time.periods import Period

MODEL = Path(__file__).resolve().parents[2] / "examples" / "online_retail" / "model"
LAST_DAY = date(2011, 12, 9)
DECEMBER_2010 = Period(date(2010, 12, 1), date(2011, 1, 1), "month")
JANUARY_2011 = Period(date(2011, 1, 1), date(2011, 2, 1), "month")
CLEAN = "customer_id IS NOT NULL AND invoice NOT LIKE 'C%' AND quantity > 0 AND price > 0"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(MODEL)


@pytest.fixture(scope="module")
def engine(shared_folder: Path) -> Iterator[DuckDBEngine]:
    file = shared_folder / "data" / "online_retail_ii" / "transactions.parquet"
    if not file.is_file():
        pytest.skip("the shared folder has no data/online_retail_ii/transactions.parquet")
    opened = DuckDBEngine(file)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def layer(model: Model, engine: DuckDBEngine) -> Layer:
    return Layer(model, engine)


def value(layer: Layer, metric: str, period: Period | None = None) -> Value:
    return layer.run(MetricQuery(metrics=(metric,), period=period)).column(metric)[0]


def test_the_model_loads_without_its_data(model: Model) -> None:
    assert {"orders", "revenue", "repurchase_rate", "churn_rate", "units_sold"} <= set(model.metrics)
    assert {"country", "product", "cohort_month"} <= set(model.dimensions)


def test_the_published_facts_of_the_clean_lines(layer: Layer, engine: DuckDBEngine) -> None:
    assert layer.as_of == LAST_DAY
    assert value(layer, "orders") == 36_969
    assert value(layer, "buyers") == value(layer, "customers") == value(layer, "ever_buyers") == 5_878
    assert value(layer, "repeat_customers") == 4_255
    assert value(layer, "repurchase_rate") == pytest.approx(0.7239, abs=5e-5)
    assert value(layer, "revenue") == pytest.approx(17_431_551.18, abs=0.005)
    lines, with_repeats = engine.run(f"SELECT count(*), sum(quantity * price) FROM transactions WHERE {CLEAN}").rows[0]
    assert lines == 805_549
    assert with_repeats == pytest.approx(17_743_429.18, abs=0.005)


def test_the_cohort_of_december_2010(layer: Layer) -> None:
    assert value(layer, "buyers", DECEMBER_2010) == 885
    ordered_in_december = MetricFilter(metric="orders", period=DECEMBER_2010, op=">=", values=(1,))
    query = MetricQuery(metrics=("buyers",), period=JANUARY_2011, filters=(ordered_in_december,))
    back = layer.run(query).column("buyers")[0]
    assert isinstance(back, int)
    assert back / 885 == pytest.approx(0.366, abs=5e-4)


def test_countries_add_up(layer: Layer, engine: DuckDBEngine) -> None:
    table = layer.run(MetricQuery(metrics=("revenue", "orders", "units_sold"), group_by=("country",)))
    wanted = engine.run(
        "SELECT country, sum(quantity * price), count(DISTINCT invoice), sum(quantity) FROM transactions "
        f"WHERE {CLEAN} AND NOT overlap_dup GROUP BY country"
    )
    by_country = {row[0]: row[1:] for row in wanted.rows}
    assert len(table.rows) == len(by_country)
    for country, *figures in table.rows:
        assert tuple(figures) == pytest.approx(by_country[country])


@pytest.mark.parametrize("metric", ["new_customers", "returning_customers", "days_between_orders"])
def test_by_month_against_the_raw_lines(layer: Layer, engine: DuckDBEngine, metric: str) -> None:
    year = Period(date(2011, 1, 1), date(2011, 12, 1))
    table = layer.run(MetricQuery(metrics=(metric,), group_by=("month",), period=year))
    invoices = (
        "(SELECT invoice, customer_id, min(invoice_ts) AS ts, lag(min(invoice_ts)) OVER "
        "(PARTITION BY customer_id ORDER BY min(invoice_ts), invoice) AS before, "
        "min(min(invoice_ts)) OVER (PARTITION BY customer_id) AS first "
        f"FROM transactions WHERE {CLEAN} AND NOT overlap_dup GROUP BY invoice, customer_id)"
    )
    figure = {
        "new_customers": "count(DISTINCT customer_id) FILTER (date_trunc('month', first) = month)",
        "returning_customers": "count(DISTINCT customer_id) FILTER (first < month)",
        "days_between_orders": "avg(CAST(ts AS DATE) - CAST(before AS DATE))",
    }[metric]
    wanted = engine.run(
        f"SELECT month, {figure} FROM (SELECT *, date_trunc('month', ts) AS month FROM {invoices}) "
        "WHERE month >= '2011-01-01' AND month < '2011-12-01' GROUP BY month ORDER BY month"
    )
    assert [row[1] for row in table.rows] == pytest.approx([row[1] for row in wanted.rows])


def test_churn_and_retention_of_a_quarter(layer: Layer, engine: DuckDBEngine) -> None:
    quarter = Period(date(2011, 7, 1), date(2011, 10, 1), "quarter")
    lines = f"transactions WHERE {CLEAN} AND NOT overlap_dup"
    active, kept = engine.run(
        f"WITH active AS (SELECT DISTINCT customer_id FROM {lines} AND invoice_ts >= '2011-04-02' "
        f"AND invoice_ts < '2011-07-01'), later AS (SELECT DISTINCT customer_id FROM {lines} "
        "AND invoice_ts >= '2011-07-01' AND invoice_ts < '2011-10-01') "
        "SELECT (SELECT count(*) FROM active), (SELECT count(*) FROM active JOIN later USING (customer_id))"
    ).rows[0]
    assert isinstance(active, int)
    assert isinstance(kept, int)
    assert value(layer, "active_customers", Period(None, date(2011, 7, 1))) == active
    assert value(layer, "retention_rate", quarter) == pytest.approx(kept / active)
    churn = value(layer, "churn_rate", quarter)
    assert isinstance(churn, float)
    # who did not order at all in the quarter churned in it; some of those who did had paused for 90 days before
    assert 1 - kept / active <= churn < 1


def test_every_carried_metric_runs_in_total_and_by_country(layer: Layer) -> None:
    for name, metric in layer.model.metrics.items():
        if metric.definition.hidden or metric.datasets & set(layer.unavailable):
            continue
        assert layer.run(MetricQuery(metrics=(name,))).total_rows == 1, name
        in_britain = FieldFilter(field="country", values=("United Kingdom",))
        assert layer.run(MetricQuery(metrics=(name,), filters=(in_britain,))).total_rows == 1, name


@pytest.mark.parametrize(
    ("query", "table"),
    [
        (MetricQuery(metrics=("nps",)), "survey_responses"),
        (MetricQuery(metrics=("complaint_rate",)), "support_tickets"),
        (MetricQuery(metrics=("at_risk_customers",)), "customer_scores"),
        (MetricQuery(metrics=("cac",)), "marketing_spend"),
        (MetricQuery(metrics=("orders",), group_by=("member_tier",)), "customer_profiles"),
        (MetricQuery(metrics=("revenue",), group_by=("order_channel",)), "order_details"),
    ],
)
def test_what_the_data_lacks_is_refused_by_name(layer: Layer, query: MetricQuery, table: str) -> None:
    with pytest.raises(QueryError) as refused:
        layer.prepare(query)
    problem = refused.value.problems[0]
    assert problem.code == "missing_table"
    assert table in problem.message
