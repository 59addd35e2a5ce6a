"""The loyalty loop asked in words of a made company: what was planted is found, and numbers are those of the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from chat_service.access.audit import facts
from chat_service.outcomes import Answerable, Question
from chat_service.translate.offline import OfflineTranslator
from semantic_layer.demo.make import make_demo
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import CausesQuery, PlaybookQuery, ProfileQuery, Request
from semantic_layer.query.result import ResultTable, Value
from semantic_layer.scoring.run import score_customers
from tests.conftest import DEMO_CUSTOMERS, TODAY

Told = Callable[[str], ResultTable]
Row = dict[str, Value]
# those active at the start of the 90 days up to 30 June 2026, and those who left in them
_LOOKED_AT = """
  o AS (
    SELECT customer_id, ordered_at,
      lead(ordered_at) OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) AS nxt
    FROM orders WHERE status = 'paid'),
  active AS (
    SELECT customer_id, count(*) FILTER (WHERE ordered_at >= DATE '2026-01-02') AS orders_before
    FROM o WHERE ordered_at < '2026-04-02' GROUP BY 1 HAVING max(ordered_at) >= DATE '2026-01-02'),
  gone AS (
    SELECT customer_id FROM o WHERE ordered_at >= '2026-01-02' AND ordered_at < '2026-04-02'
    AND (nxt IS NULL OR nxt > ordered_at + INTERVAL 90 DAY))
"""


@pytest.fixture(scope="module")
def layer(demo_database: Path) -> Iterator[Layer]:
    engine = DuckDBEngine(demo_database)
    yield Layer(load_model(shipped_model_path()), engine)
    engine.close()


@pytest.fixture(scope="module")
def told(layer: Layer) -> Told:
    return asked_of(layer)


@pytest.fixture(scope="module", params=["shared", "another"])
def told_of_each(
    request: pytest.FixtureRequest, told: Told, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    """The shared company, and one of another seed."""
    if request.param == "shared":
        yield told
        return
    path = tmp_path_factory.mktemp("another") / "huitou.duckdb"
    make_demo(path, customers=DEMO_CUSTOMERS, seed=2, as_of=TODAY)
    score_customers(path, as_of=TODAY)
    engine = DuckDBEngine(path)
    yield asked_of(Layer(load_model(shipped_model_path()), engine))
    engine.close()


def asked_of(layer: Layer) -> Told:
    """Questions in words to the rows of a layer."""
    translator = OfflineTranslator(layer.model, layer.values)

    def answer(question: str) -> ResultTable:
        outcome = translator.translate(Question(question, layer.as_of))
        assert isinstance(outcome, Answerable), question
        return layer.run(outcome.request)

    return answer


def by_cause(table: ResultTable) -> dict[str, Row]:
    """The rows of causes by their code."""
    names = [column.name for column in table.columns]
    return {str(row[1]): dict(zip(names, row, strict=True)) for row in table.rows if row[1] != "any"}


def number(value: Value) -> float:
    assert isinstance(value, int | float)
    return float(value)


@pytest.mark.parametrize("question", ["2月客户为什么流失", "why did customers leave in February"])
def test_the_failed_deliveries_are_found(told_of_each: Told, question: str) -> None:
    delivery = by_cause(told_of_each(question))["delivery_complaint"]
    assert delivery["is_clear"]
    assert number(delivery["relative_risk"]) > 2
    assert number(delivery["share_of_leavers"]) > number(delivery["share_of_stayers"])


@pytest.mark.parametrize(
    "question", ["华中二月流失的客户是什么原因", "why did customers in central China leave in February"]
)
def test_in_the_region_where_deliveries_failed_most_leavers_had_complained(told: Told, question: str) -> None:
    causes = by_cause(told(question))
    everywhere = by_cause(told("why did customers leave in February"))
    here, all_over = (number(each["delivery_complaint"]["share_of_leavers"]) for each in (causes, everywhere))
    assert here > all_over


@pytest.mark.parametrize("question", ["流失的客户主要是因为什么", "why do customers leave"])
def test_months_later_deliveries_are_no_cause_any_more(told_of_each: Told, question: str) -> None:
    assert not by_cause(told_of_each(question))["delivery_complaint"]["is_clear"]


@pytest.mark.parametrize("question", ["流失的客户主要是因为什么", "why do customers leave"])
def test_slow_answers_are_found_and_silent_leavers_named(told_of_each: Told, question: str) -> None:
    causes = by_cause(told_of_each(question))
    slow = causes["slow_response"]
    assert slow["is_clear"]
    assert number(slow["relative_risk"]) > 1.3
    left, silent = number(causes["all"]["leavers"]), number(causes["none"]["leavers"])
    assert 0 < silent < left
    assert causes["none"]["relative_risk"] is None


def test_who_left_are_those_of_the_churn_rate(told: Told, layer: Layer) -> None:
    causes, rate = by_cause(told("流失的客户主要是因为什么")), told("流失率").rows[0][0]
    active, gone = layer.engine.run(
        f"""
        WITH {_LOOKED_AT}
        SELECT count(*), count(*) FILTER (WHERE customer_id IN (SELECT customer_id FROM gone)) FROM active
        """
    ).rows[0]
    assert number(causes["all"]["leavers"]) == gone
    assert number(rate) == pytest.approx(number(gone) / number(active))


def test_relative_risks_compare_alike_with_alike(layer: Layer, told: Told) -> None:
    """Mantel and Haenszel's estimate over the same strata, counted from the raw tables."""
    strata = layer.engine.run(
        f"""
        WITH {_LOOKED_AT}, x AS (
          SELECT least(4, orders_before) AS stratum,
            customer_id IN (SELECT customer_id FROM gone) AS gone,
            customer_id IN (
              SELECT customer_id FROM support_tickets WHERE date_diff('second', opened_at, first_response_at) > 86400
              AND opened_at >= '2026-01-02' AND opened_at < '2026-04-02') AS had
          FROM active)
        SELECT count(*) FILTER (WHERE had AND gone), count(*) FILTER (WHERE had),
          count(*) FILTER (WHERE NOT had AND gone), count(*) FILTER (WHERE NOT had), count(*)
        FROM x GROUP BY stratum
        """
    ).rows
    counts = [tuple(map(number, row)) for row in strata]
    above = sum(a * n0 / n for a, _, _, n0, n in counts)
    below = sum(c * n1 / n for _, n1, c, _, n in counts)
    slow = by_cause(told("流失的客户主要是因为什么"))["slow_response"]
    assert number(slow["leavers"]) == sum(row[0] for row in counts)
    assert number(slow["relative_risk"]) == pytest.approx(above / below)
    assert number(slow["risk_low"]) < number(slow["relative_risk"]) < number(slow["risk_high"])


@pytest.mark.parametrize("question", ["沉睡高价值客户有多少", "how many sleeping high-value customers are there"])
def test_a_segment_counts_whom_it_describes(told: Told, layer: Layer, question: str) -> None:
    wanted = layer.engine.run(
        """
        WITH spent AS (
          SELECT customer_id, sum(net_amount) AS total, max(ordered_at) AS last FROM orders
          WHERE status = 'paid' GROUP BY 1),
        ranked AS (
          SELECT *, row_number() OVER (ORDER BY total DESC, customer_id) AS place, count(*) OVER () AS many FROM spent)
        SELECT count(*) FROM ranked JOIN customers USING (customer_id)
        WHERE place <= ceil(many * 0.2) AND member_tier IN ('gold', 'platinum') AND last < '2026-04-02'
        """
    ).rows[0][0]
    assert told(question).rows[0][0] == wanted
    assert number(wanted) > 0


def test_a_segment_as_groups_adds_up(told: Told) -> None:
    groups = told("按沉睡高价值客户分组的销售额")
    whole = told("销售额").rows[0][0]
    assert {row[0] for row in groups.rows} == {True, False}
    assert sum(number(row[1]) for row in groups.rows) == pytest.approx(number(whole))


@pytest.mark.parametrize("question", ["可能流失的客户按价值×风险排序", "customers at risk ranked by value at stake"])
def test_the_list_to_work_from_begins_with_what_is_at_stake(told: Told, layer: Layer, question: str) -> None:
    table = told(question)
    wanted = layer.engine.run(
        "SELECT customer_id FROM customer_scores WHERE churn_risk = 'high' ORDER BY predicted_clv_12m * "
        "churn_probability DESC, customer_id LIMIT 20"
    ).rows
    assert list(table.column("customer_id")) == [row[0] for row in wanted]


def test_one_customer_is_told_with_masked_names_and_evidence(layer: Layer, told: Told) -> None:
    who = layer.engine.run("SELECT customer_id FROM customer_scores WHERE churn_risk = 'high' ORDER BY 1 LIMIT 1").rows
    key = who[0][0]
    facts = told(f"客户{key}")
    assert facts.column("customer_id") == (key,)
    assert "*" in str(facts.column("customer_name")[0])
    why = told(f"why may customer {key} churn")
    reasons = json.loads(str(why.column("churn_reasons")[0]))
    assert all(each["evidence"] for each in reasons)
    timeline = told(f"timeline of customer {key}")
    at = list(timeline.column("at"))
    assert at == sorted(at, reverse=True, key=str)


def test_a_playbook_tells_what_such_campaigns_did_here(told: Told, layer: Layer) -> None:
    table = told("给沉睡客户什么策略好")
    arms = layer.engine.run(
        "SELECT avg((converted_order_id IS NOT NULL)::INT) FILTER (WHERE arm = 'treatment') - "
        "avg((converted_order_id IS NOT NULL)::INT) FILTER (WHERE arm = 'control') FROM campaign_members "
        "JOIN campaigns USING (campaign_id) WHERE campaign_type = 'win_back'"
    ).rows[0][0]
    assert number(table.column("tried")[0]) == pytest.approx(number(arms))
    assert all(table.column("source"))


def test_figures_of_competitors_stand_beside_ours_for_the_same_month(told: Told, layer: Layer) -> None:
    table = told("our NPS against the industry")
    wanted = layer.engine.run(
        "SELECT avg(value) FROM competitor_benchmarks WHERE metric = 'nps' AND month = DATE '2026-06-01'"
    ).rows[0][0]
    assert number(table.column("competitor_nps")[0]) == pytest.approx(number(wanted))
    assert [column.name for column in told("竞品的复购率").columns][:2] == ["competitor", "benchmark_source"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (CausesQuery(metric="revenue"), "not_an_outcome"),
        (CausesQuery(metric="churn"), "unknown_name"),
        (CausesQuery(list="nobody"), "unknown_name"),
        (ProfileQuery(key=-1), "unknown_entity"),
        (ProfileQuery(key=-1, part="timeline"), "unknown_entity"),
        (ProfileQuery(key="abc"), "wrong_type"),
        (ProfileQuery(entity="shop", key=1), "unknown_name"),
        (PlaybookQuery(list="active"), "no_playbook"),
        (PlaybookQuery(list="nobody"), "unknown_name"),
    ],
)
def test_what_cannot_be_told_is_a_problem(layer: Layer, request_: Request, code: str) -> None:
    with pytest.raises(QueryError) as raised:
        layer.run(request_)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_a_period_of_a_list_is_malformed() -> None:
    with pytest.raises(ValueError, match="as of today"):
        CausesQuery(list="may_churn", period={"start": date(2026, 1, 1), "end": date(2026, 2, 1)})
    with pytest.raises(ValueError, match="'metric', or of a 'list'"):
        CausesQuery()


def test_a_profile_is_audited_by_its_key_without_what_it_shows(layer: Layer) -> None:
    prepared = layer.prepare(ProfileQuery(key=1), Reader("manager", may_see_personal=True))
    record = facts(prepared.request, prepared, layer.model)
    assert record["kind"] == "profile"
    assert record["request"] == {"entity": "customer", "key": 1}
    name, phone = layer.engine.run("SELECT customer_name, phone FROM customers WHERE customer_id = 1").rows[0]
    assert str(name) not in json.dumps(record, ensure_ascii=False)
    assert str(phone) not in json.dumps(record, ensure_ascii=False)
    shown = layer.run(ProfileQuery(key=1), Reader("manager", may_see_personal=True))
    assert shown.column("customer_name") == (name,)
