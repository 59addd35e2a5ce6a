"""What a loyalty manager may ask in vain: each is a problem by its code, or a stated fallback."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from chat_service.services import Services
from semantic_layer import (
    Compare,
    DefinitionsError,
    ExplainQuery,
    FieldFilter,
    FunnelQuery,
    LiftQuery,
    ListFilter,
    ListQuery,
    MetricQuery,
    PlaybookQuery,
    ProfileQuery,
    Request,
    unit,
)
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from tests.chat.conftest import Ask, Show

MAY, APRIL = unit("month", date(2026, 5, 1)), unit("month", date(2026, 4, 1))
NOBODY = FieldFilter(field="customer_id", values=(0,))
REFUSED: dict[str, tuple[Request, str]] = {
    "no control arm": (LiftQuery(filters=(FieldFilter(field="customer_id", values=(1,)),)), "no_control"),
    "a median taken apart": (ExplainQuery(metric="median_order_value", period=MAY), "not_decomposable"),
    "nobody of that number": (ProfileQuery(key=99_999_999), "unknown_entity"),
    "no playbook for them": (PlaybookQuery(list="frequent_returners"), "no_playbook"),
    "a segment that is not there": (ListQuery(filters=(ListFilter(list="good_customers"),)), "unknown_name"),
    "a funnel of what no customer has": (FunnelQuery(by=("gender", "product")), "unreachable_dimension"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_is_refused_by_its_code(name: str, show: Show) -> None:
    request, code = REFUSED[name]
    answer = show(request)
    assert answer.status == "refused" and answer.trouble is not None
    assert answer.trouble.code == code


def test_nothing_is_asked_for_twice() -> None:
    """Two columns of one name could not be told apart in a table or a chart."""
    with pytest.raises(ValidationError, match="names one twice"):
        MetricQuery(metrics=("orders", "orders"))
    with pytest.raises(ValidationError, match="names one twice"):
        MetricQuery(metrics=("orders",), group_by=("city", "city"))


def test_so_many_groups_in_no_order_are_told_as_that(show: Show) -> None:
    answer = show(MetricQuery(metrics=("orders",), group_by=("city",), limit=3))
    assert answer.status == "answered" and "3" in answer.text


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("为什么5月的订单金额中位数变了", "not_decomposable"),
        ("why did the median order value change in May", "not_decomposable"),
        ("客户99999999", "unknown_entity"),
        ("tell me about customer 99999999", "unknown_entity"),
        ("给高频退货客户什么策略好", "no_playbook"),
    ],
)
def test_the_same_in_words(question: str, code: str, ask: Ask) -> None:
    answer = ask(question)
    assert answer.trouble is not None and answer.trouble.code == code, answer.text


def test_an_arm_of_three_is_compared_with_a_warning(show: Show, services: Services) -> None:
    sql = """SELECT customer_id FROM campaign_members WHERE campaign_id = (SELECT min(campaign_id) FROM campaigns
      WHERE campaign_type = 'coupon') AND arm = '{arm}' ORDER BY 1 LIMIT {many}"""
    run, arms = services.layer.engine.run, (("treatment", 3), ("control", 30))
    name = run("SELECT min_by(campaign_name, campaign_id) FROM campaigns WHERE campaign_type = 'coupon'").rows[0][0]
    few = [row[0] for arm, many in arms for row in run(sql.format(arm=arm, many=many)).rows]
    people = FieldFilter.model_validate({"field": "customer_id", "op": "in", "values": few})
    answer = show(LiftQuery(filters=(FieldFilter(field="campaign", values=(str(name),)), people)))
    assert answer.finding is not None, answer.text
    assert answer.finding.table.column("treated") == (3,)
    assert "few_in_arm" in {each.code for each in answer.finding.table.cautions}


@pytest.mark.parametrize(
    "request_",
    [
        ExplainQuery(metric="revenue", period=MAY, filters=(FieldFilter(field="customer_id", values=(0,)),)),
        ExplainQuery(metric="customers", period=MAY, compare=Compare(to="period", period=MAY)),
    ],
    ids=["nothing in both months", "a month against itself"],
)
def test_a_period_without_change_is_said_to_have_none(request_: ExplainQuery, show: Show) -> None:
    answer = show(request_)
    assert answer.finding is not None, answer.text
    assert "no_change" in {each.code for each in answer.finding.table.cautions}
    assert not any(answer.finding.table.column("contribution"))


def test_an_empty_segment_says_what_keeps_everybody_out(show: Show) -> None:
    answer = show(ListQuery(filters=(ListFilter(list="frequent_returners"), NOBODY)))
    assert answer.status == "empty" and answer.trouble is not None
    assert answer.trouble.code == "no_rows"


@pytest.mark.parametrize("within", [("one",), ("other",)], ids=["itself", "one that is of it"])
def test_a_segment_of_itself_is_no_definition(within: tuple[str, ...]) -> None:
    label = {"zh": "人", "en": "people"}
    definition = {
        "datasets": [{"name": "people", "table": "p", "primary_key": "id", "fields": [{"name": "id", "role": "key"}]}],
        "entities": [{"name": "person", "dataset": "people", "key": "id", "label": label}],
        "metrics": [{"name": "heads", "dataset": "people", "expression": "count(*)"}],
        "lists": [
            {"name": "one", "label": label, "within": [*within]},
            {"name": "other", "label": label, "within": ["one"]},
        ],
    }
    with pytest.raises(DefinitionsError) as caught:
        build_model(ModelDefinition.model_validate(definition))
    assert "list_cycle" in {each.code for each in caught.value.problems}
