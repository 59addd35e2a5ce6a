"""How many are behind each rate, against hand-written SQL; and dimensions that explain nothing."""

from __future__ import annotations

from chat_service.services import Services
from semantic_layer.query.requests import ExplainQuery, MetricQuery, Order
from semantic_layer.time.periods import unit
from tests.chat.conftest import Show
from tests.present.conftest import TODAY

MAY = unit("month", TODAY, -1)
BUYERS = """
SELECT c.city, count(DISTINCT o.customer_id) FROM orders o JOIN customers c ON c.customer_id = o.customer_id
WHERE o.status = 'paid' AND o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01' GROUP BY 1
"""


def test_the_customers_behind_a_rate_are_counted(services: Services) -> None:
    query = MetricQuery(metrics=("repurchase_rate", "revenue"), group_by=("city",), period=MAY)
    table = services.layer.run(query)
    sizes = services.layer.group_sizes(query, table)
    assert set(sizes) == {"repurchase_rate"}, "a sum has nothing behind it but itself"
    expected = {row[0]: row[1] for row in services.engine.run(BUYERS).rows}
    found = dict(zip(table.column("city"), sizes["repurchase_rate"], strict=True))
    assert found == {city: expected.get(city, 0) for city in found}


def test_they_stay_with_their_groups_however_the_rows_are_chosen(services: Services) -> None:
    whole = MetricQuery(metrics=("repurchase_rate",), group_by=("city",), period=MAY)
    few = whole.model_copy(update={"limit": 3, "order_by": (Order(column="repurchase_rate"),)})
    every, some = services.layer.run(whole), services.layer.run(few)
    known = dict(zip(every.column("city"), services.layer.group_sizes(whole, every)["repurchase_rate"], strict=True))
    assert services.layer.group_sizes(few, some)["repurchase_rate"] == tuple(known[c] for c in some.column("city"))


def test_an_answer_tells_them(show: Show) -> None:
    answer = show(MetricQuery(metrics=("repurchase_rate",), group_by=("city",), period=MAY))
    assert answer.finding is not None
    assert len(answer.finding.sizes["repurchase_rate"]) == len(answer.finding.table.rows)


def test_a_dimension_may_be_left_out_of_explanations_but_asked_for_by_name(services: Services) -> None:
    asked = ExplainQuery(metric="revenue", period=MAY, limit=40)
    dimensions = set(services.layer.run(asked).column("dimension"))
    assert "member_tier" in dimensions and not {"birth_month", "campaign"} & dimensions
    by_name = asked.model_copy(update={"dimensions": ("birth_month",)})
    assert "birth_month" in services.layer.run(by_name).column("dimension")
