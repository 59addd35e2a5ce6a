"""Cohort tables and funnels: what is said of them, how they are drawn, and how they stand in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from rich.console import Console

from chat_service.answer import answer_request
from chat_service.asking import Answer, Asked, Stopwatch
from chat_service.outcomes import Language, Question, Reading
from chat_service.present.dates import bucket_name
from chat_service.present.figures import figure
from chat_service.present.journeys import CohortTable, cohort_table, funnel_groups, funnel_steps
from chat_service.present.terminal import blocks
from chat_service.services import Services
from semantic_layer.query.requests import CohortQuery, FieldFilter, FunnelQuery, Request
from semantic_layer.time.periods import Period, unit
from tests.chat.conftest import Show

jsonschema = pytest.importorskip("jsonschema", reason="the dev tools are not installed")
TODAY = date(2026, 6, 30)
MIDDLE_OF_JUNE = date(2026, 6, 14)
JANUARY = CohortQuery(period=unit("month", date(2026, 1, 1)))
HALF_YEAR = CohortQuery(period=unit("year", TODAY))
MONTH_THREE = CohortQuery(period=Period(date(2025, 7, 1), date(2026, 1, 1)), since=(3,))
EVERY_COHORT = CohortQuery()
FUNNEL = FunnelQuery(period=unit("year", TODAY, -1))
EAST = FunnelQuery(period=unit("quarter", TODAY, -1), filters=(FieldFilter(field="region", values=("east",)),))
CHARTED: dict[str, Request] = {
    "one cohort": JANUARY,
    "cohorts": HALF_YEAR,
    "one distance": MONTH_THREE,
    "every cohort": EVERY_COHORT,
    "funnel": FUNNEL,
    "funnel of some": EAST,
    "cohorts of groups": CohortQuery(by="acquisition_channel"),
    "cohorts of many groups": CohortQuery(by="city", since=(0, 1, 2, 3)),
    "weekly cohorts": CohortQuery(grain="week", period=unit("quarter", TODAY, -1)),
    "what cohorts brought": CohortQuery(measured="revenue", period=unit("year", TODAY)),
    "what groups brought": CohortQuery(measured="revenue", by="gender"),
    "funnel of groups": FunnelQuery(by="member_tier"),
    "funnel of groups of two things": FunnelQuery(by=("gender", "member_tier"), times=True),
    "funnel with times": FunnelQuery(times=True, period=unit("year", TODAY, -1)),
    "funnel of groups with times": FunnelQuery(times=True, by="gender"),
}
STEPS: dict[Language, tuple[str, ...]] = {
    "zh": ("浏览商品", "加购", "结算", "下单"),
    "en": ("product view", "add to cart", "checkout", "order"),
}
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def _validator() -> Any:  # noqa: ANN401 - jsonschema is untyped
    schema = files("altair.vegalite.v6.schema").joinpath("vega-lite-schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft7Validator(json.loads(schema))


def _at(services: Services, today: date, request: Request, language: Language = "zh") -> Answer:
    asked = Asked(Question("-", today), services.reader)
    return answer_request(request, Reading(language), asked, services, Stopwatch(services.clock), lambda _: None)


def _table(answer: Answer) -> CohortTable:
    assert answer.finding is not None
    return cohort_table(answer.finding)


def _spec(answer: Answer) -> dict[str, Any]:
    assert answer.chart is not None
    return answer.chart


def _kinds(spec: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def _printed(answer: Answer, width: int = 100) -> list[str]:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        for block in blocks(answer, width):
            console.print(block)
    return captured.get().splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_cohort_says_its_size_and_its_first_third_and_last_month(show: Show, language: Language) -> None:
    answer = show(JANUARY, language)
    (cohort,) = _table(answer).cohorts
    assert f"{cohort.size:,}" in answer.text
    assert "2026-01-01" in answer.text and "2026-01-31" in answer.text
    for since in (1, 3, 5):
        assert figure(cohort.retention[since], "percent", language) in answer.text
    assert bucket_name("month", date(2026, 6, 1), language) in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_that_is_not_over_is_said_and_is_no_last_month(services: Services, language: Language) -> None:
    answer = _at(services, MIDDLE_OF_JUNE, JANUARY, language)
    table = _table(answer)
    (cohort,) = table.cohorts
    assert table.unfinished == date(2026, 6, 1)
    assert [since for since in table.distances if table.is_partial(cohort, since)] == [5]
    assert [note.code for note in answer.notes] == ["incomplete_period"]
    assert figure(cohort.retention[5], "percent", language) in answer.notes[0].message


def test_a_cohort_that_is_still_growing_is_said_to_be(services: Services) -> None:
    answer = _at(services, MIDDLE_OF_JUNE, CohortQuery(period=unit("month", MIDDLE_OF_JUNE)))
    assert answer.status == "answered"
    assert [note.code for note in answer.notes] == ["incomplete_period"]


def test_a_whole_month_is_not_partial(show: Show) -> None:
    answer = show(HALF_YEAR)
    assert _table(answer).unfinished is None
    assert not answer.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_cohorts_say_how_many_how_large_the_average_and_the_best_and_worst(show: Show, language: Language) -> None:
    answer = show(HALF_YEAR, language)
    table = _table(answer)
    assert len(table.cohorts) == 6
    sizes = [cohort.size for cohort in table.cohorts]
    for size in (min(sizes), max(sizes), sum(sizes)):
        assert f"{size:,}" in answer.text
    first = [(cohort, cohort.retention[1]) for cohort in table.cohorts if 1 in cohort.retention]
    back = sum(round(cohort.size * share) for cohort, share in first)
    mean = back / sum(cohort.size for cohort, _ in first)
    assert table.average(1) == pytest.approx(mean)
    assert figure(mean, "percent", language) in answer.text
    for chosen in (max(first, key=lambda pair: pair[1]), min(first, key=lambda pair: pair[1])):
        assert chosen[0].label in answer.text


def test_partial_months_count_in_no_average(services: Services) -> None:
    table = _table(_at(services, MIDDLE_OF_JUNE, HALF_YEAR))
    assert [cohort.first for cohort, _ in table.whole(1)] == [date(2026, month, 1) for month in range(1, 5)]
    assert table.average(5) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("request_", [FUNNEL, EAST], ids=["all", "east"])
def test_a_funnel_says_who_enters_who_gets_through_and_where_most_are_lost(
    show: Show, language: Language, request_: FunnelQuery
) -> None:
    answer = show(request_, language)
    assert answer.finding is not None
    steps = funnel_steps(answer.finding)
    assert tuple(step.label for step in steps) == STEPS[language]
    lost = [before.customers - after.customers for before, after in pairwise(steps)]
    worst = steps[lost.index(max(lost)) + 1]
    for piece in (f"{steps[0].customers:,}", f"{max(lost):,}", worst.label):
        assert piece in answer.text
    assert figure(steps[-1].of_first, "percent", language) in answer.text
    assert figure(worst.of_before, "percent", language) in answer.text
    assert "add_to_cart" not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_funnel_of_groups_says_which_gets_through_best_and_worst(show: Show, language: Language) -> None:
    answer = show(CHARTED["funnel of groups"], language)
    assert answer.finding is not None
    groups = sorted(funnel_groups(answer.finding), key=lambda group: group.steps[-1].of_first or 0)
    assert len(groups) > 2
    for group in (groups[0], groups[-1]):
        assert group.label in answer.text and f"{group.steps[-1].customers:,}" in answer.text
        assert figure(group.steps[-1].of_first, "percent", language) in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_time_of_each_step_is_said_in_minutes_hours_or_days(show: Show, language: Language) -> None:
    answer = show(CHARTED["funnel with times"], language)
    assert answer.finding is not None
    waits = [step.hours for step in funnel_steps(answer.finding)]
    assert waits[0] is None and all(each is not None for each in waits[1:])
    minutes = figure((waits[1] or 0) * 60, "minutes", language)
    assert minutes in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_are_compared_by_the_units_that_are_over(show: Show, language: Language) -> None:
    answer = show(CHARTED["cohorts of groups"], language)
    table = _table(answer)
    best, share = max(table.whole(1), key=lambda pair: pair[1])
    assert best.label in answer.text and figure(share, "percent", language) in answer.text
    assert not answer.notes and table.is_of_groups
    # each unit is of those for whom it is over
    assert all(list(each.sizes.values()) == sorted(each.sizes.values(), reverse=True) for each in table.cohorts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cohorts_brought_is_said_of_each_so_far(show: Show, language: Language) -> None:
    answer = show(CHARTED["what cohorts brought"], language)
    table = _table(answer)
    assert table.is_measured
    assert figure(table.average(1), "CNY", language) in answer.text
    assert "%" not in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_groups_of_two_things_are_named_by_both_and_told_of_the_whole_time(show: Show, language: Language) -> None:
    answer = show(CHARTED["funnel of groups of two things"], language)
    assert answer.finding is not None
    groups, gender = funnel_groups(answer.finding), funnel_groups(show(FunnelQuery(by="gender"), language).finding)  # type: ignore[arg-type]
    assert sum(each.steps[0].customers for each in groups) == sum(each.steps[0].customers for each in gender)
    assert {each.label.split("·")[0] for each in groups} == {each.label for each in gender}
    whole = groups[0].steps[-1]
    assert whole.hours_in_all is not None and whole.hours is not None and whole.hours_in_all >= whole.hours
    assert groups[0].label in answer.text


def test_a_funnel_that_nobody_entered_is_said(show: Show) -> None:
    nobody = FieldFilter(field="customers.customer_id", values=(-1,))
    answer = show(FunnelQuery(period=unit("month", TODAY, -1), filters=(nobody,)))
    assert answer.status == "answered"
    assert STEPS["zh"][0] in answer.text
    assert "%" not in answer.text and "无数据" not in answer.text
    assert answer.chart is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTED)
def test_requests_are_said_back_by_labels_and_explained(show: Show, name: str, language: Language) -> None:
    answer = show(CHARTED[name], language)
    metric = "funnel_conversion" if isinstance(CHARTED[name], FunnelQuery) else "cohort_retention"
    assert metric not in answer.restated
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.restated) == (language == "zh")
    meant = answer.definitions[0]
    assert (meant.name, meant.unit) == (metric, "percent")
    assert meant.description and meant.formula
    request = CHARTED[name]
    assert (isinstance(request, CohortQuery) and request.measured) or meant.label in answer.restated


def test_what_is_said_back_names_the_cohort_the_distance_and_the_condition(show: Show) -> None:
    gold = FieldFilter(field="member_tier", values=("gold",))
    restated = show(CohortQuery(period=unit("month", date(2025, 10, 1)), since=(1, 3), filters=(gold,))).restated
    for piece in ("2025年10月", "金卡", "第 1 个月", "第 3 个月"):
        assert piece in restated


@pytest.mark.parametrize("name", CHARTED)
def test_suggestions_follow(show: Show, name: str) -> None:
    assert show(CHARTED[name]).suggestions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTED)
def test_valid_vega_lite(show: Show, name: str, language: Language) -> None:
    pytest.importorskip("altair", reason="the dev tools are not installed")
    spec = _spec(show(CHARTED[name], language))
    assert json.loads(json.dumps(spec)) == spec
    assert [error.message for error in _validator().iter_errors(spec)] == []


def test_one_cohort_is_a_curve_dashed_where_it_is_not_over(services: Services) -> None:
    spec = _spec(_at(services, MIDDLE_OF_JUNE, JANUARY))
    assert _kinds(spec)[:2] == ["line", "line"]
    values = spec["data"]["values"]
    assert [row["since"] for row in values] == [0, 1, 2, 3, 4, 5]
    assert [row["whole"] is None for row in values] == [False] * 5 + [True]
    assert [row["dashed"] is None for row in values] == [True] * 4 + [False] * 2


def test_cohorts_are_a_heat_map_with_percentages(show: Show) -> None:
    spec = _spec(show(HALF_YEAR))
    assert _kinds(spec) == ["rect", "text"]
    assert spec["encoding"]["y"]["sort"] == [f"2026-0{month}" for month in range(1, 7)]
    assert len(spec["data"]["values"]) == 21
    assert all(row["label"].endswith("%") for row in spec["data"]["values"])


def test_a_heat_map_too_large_to_read_says_what_it_leaves_out(show: Show) -> None:
    spec = _spec(show(EVERY_COHORT))
    assert len({row["cohort"] for row in spec["data"]["values"]}) == 24
    assert "24" in spec["title"]["subtitle"]


def test_cohorts_at_one_distance_are_bars_in_order_of_time(show: Show) -> None:
    spec = _spec(show(MONTH_THREE))
    assert _kinds(spec)[0] == "bar"
    assert [row["cohort"] for row in spec["data"]["values"]] == [f"2025-{month:02}" for month in range(7, 13)]


def test_a_named_form_is_drawn(show: Show) -> None:
    assert "line" in _kinds(_spec(show(HALF_YEAR, reading=Reading("zh", chart="line"))))
    assert _kinds(_spec(show(JANUARY, reading=Reading("zh", chart="bar"))))[0] == "bar"
    assert show(JANUARY, reading=Reading("zh", chart="table")).chart is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_funnel_is_lying_bars_in_the_order_of_its_steps(show: Show, language: Language) -> None:
    spec = _spec(show(FUNNEL, language))
    assert _kinds(spec) == ["bar", "text"]
    assert spec["encoding"]["y"]["sort"] == list(STEPS[language])
    assert [row["step"] for row in spec["data"]["values"]] == list(STEPS[language])
    assert all("%" in row["label"] for row in spec["data"]["values"])


def test_the_terminal_shows_cohorts_down_and_months_across(show: Show) -> None:
    lines = _printed(show(HALF_YEAR))
    head = next(line for line in lines if "M1" in line)
    assert head.split()[-6:] == [f"M{since}" for since in range(6)]
    cells = [len(line.split()) for line in lines if line.startswith("2026-0")]
    assert cells == [8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize("width", [60, 80, 140])
def test_a_matrix_is_cut_to_the_width_of_the_terminal(show: Show, width: int) -> None:
    lines = [line for line in _printed(show(EVERY_COHORT), width) if line[:2] == "20" and line[4:5] == "-"]
    assert len(lines) == 24
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_draws_a_funnel_in_order_with_percentages(show: Show, language: Language) -> None:
    bars = [line for line in _printed(show(FUNNEL, language)) if "█" in line]
    assert [label for line, label in zip(bars, STEPS[language], strict=True) if line.startswith(label)]
    assert all("%" in line for line in bars)
    assert list(_lengths(bars)) == sorted(_lengths(bars), reverse=True)


def _lengths(bars: list[str]) -> Iterator[int]:
    return (line.count("█") for line in bars)


def test_the_terminal_draws_the_curve_of_one_cohort(services: Services) -> None:
    lines = _printed(_at(services, MIDDLE_OF_JUNE, JANUARY))
    assert any(line.split() == ["0", "1", "2", "3", "4", "5*"] for line in lines)


def test_the_table_keeps_raw_values(show: Show) -> None:
    answer = show(FUNNEL)
    assert answer.table is not None
    assert answer.table.column("step") == ("view_product", "add_to_cart", "checkout", "order")


@pytest.mark.parametrize("name", ["one cohort", "cohorts", "one distance", "funnel"])
def test_it_becomes_a_picture(show: Show, name: str) -> None:
    converter = pytest.importorskip("vl_convert", reason="the extra 'charts' is not installed")
    picture = converter.vegalite_to_png(json.dumps(_spec(show(CHARTED[name]))))
    assert picture.startswith(b"\x89PNG") and len(picture) > 5_000
