"""Charts: the form that fits the columns, valid Vega-Lite, labels instead of codes, a picture with Chinese in it."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from chat_service.outcomes import Reading
from semantic_layer.query.requests import Compare, FieldFilter, ListQuery, MetricQuery, Order, Request
from semantic_layer.time.periods import Period, unit
from tests.chat.conftest import Show

jsonschema = pytest.importorskip("jsonschema", reason="the dev tools are not installed")
TODAY = date(2026, 6, 30)
YEAR, MAY = unit("year", TODAY), unit("month", TODAY, -1)
TWELVE_MONTHS = Period(date(2025, 7, 1), date(2026, 7, 1))
CUT = Period(date(2026, 1, 1), date(2026, 6, 3))

CHARTED: dict[str, MetricQuery] = {
    "line": MetricQuery(metrics=("repurchase_rate",), group_by=("month",), period=TWELVE_MONTHS),
    "line cut off": MetricQuery(metrics=("orders",), group_by=("month",), period=CUT),
    "days": MetricQuery(metrics=("orders",), group_by=("day",), period=MAY),
    "lines": MetricQuery(metrics=("revenue",), group_by=("month", "member_tier"), period=YEAR),
    "many lines": MetricQuery(metrics=("revenue",), group_by=("month", "city"), period=YEAR),
    "line compared": MetricQuery(
        metrics=("orders",), group_by=("month",), period=TWELVE_MONTHS, compare=Compare(to="year")
    ),
    "running total": MetricQuery(metrics=("revenue",), group_by=("month",), period=YEAR, cumulative=("revenue",)),
    "bars": MetricQuery(metrics=("revenue",), group_by=("region",), period=YEAR),
    "bars lying": MetricQuery(metrics=("revenue",), group_by=("city",), period=YEAR),
    "bars compared": MetricQuery(metrics=("revenue",), group_by=("region",), period=MAY, compare=Compare(to="year")),
    "share": MetricQuery(metrics=("orders",), group_by=("member_tier",), period=YEAR, shares=("orders",)),
    "share over time": MetricQuery(
        metrics=("orders",), group_by=("month", "member_tier"), period=YEAR, shares=("orders",)
    ),
    "two groupings": MetricQuery(metrics=("orders",), group_by=("region", "order_channel"), period=YEAR),
    "many by many": MetricQuery(metrics=("orders",), group_by=("city", "order_channel"), period=YEAR),
    "cities of regions": MetricQuery(metrics=("orders",), group_by=("city", "region"), period=YEAR),
    "tiers within regions": MetricQuery(metrics=("orders",), group_by=("region", "member_tier"), period=YEAR),
    "year compared": MetricQuery(
        metrics=("repurchase_rate",), group_by=("region",), period=YEAR, compare=Compare(to="year")
    ),
    "several metrics": MetricQuery(metrics=("revenue", "orders", "aov"), group_by=("region",), period=YEAR),
}
UNCHARTED: dict[str, Request] = {
    "one number": MetricQuery(metrics=("orders",), period=YEAR),
    "one number compared": MetricQuery(metrics=("orders",), period=MAY, compare=Compare(to="year")),
    "one group": MetricQuery(
        metrics=("orders",), group_by=("city",), order_by=(Order(column="orders", descending=True),), limit=1
    ),
    "list": ListQuery(filters=(FieldFilter(field="churn_risk", values=("high",)),)),
    "values only": MetricQuery(group_by=("region",)),
}


@cache
def _validator() -> Any:  # noqa: ANN401 - jsonschema is untyped
    schema = json.loads(
        files("altair.vegalite.v6.schema").joinpath("vega-lite-schema.json").read_text(encoding="utf-8")
    )
    return jsonschema.Draft7Validator(schema)


def _spec(show: Show, name: str, language: str = "zh") -> dict[str, Any]:
    chart = show(CHARTED[name], language).chart
    assert chart is not None
    return chart


def _marks(spec: Any) -> set[str]:  # noqa: ANN401 - any part of a JSON document
    if isinstance(spec, list):
        return {mark for each in spec for mark in _marks(each)}
    if not isinstance(spec, dict):
        return set()
    own = spec.get("mark", {})
    kind = {own["type"]} if isinstance(own, dict) and "type" in own else set()
    return kind.union(*(_marks(spec[part]) for part in ("layer", "vconcat") if part in spec))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", CHARTED)
def test_valid_vega_lite(show: Show, name: str, language: str) -> None:
    pytest.importorskip("altair", reason="the dev tools are not installed")
    spec = _spec(show, name, language)
    assert json.loads(json.dumps(spec)) == spec
    assert [error.message for error in _validator().iter_errors(spec)] == []


@pytest.mark.parametrize("name", UNCHARTED)
def test_no_chart_where_it_says_nothing(show: Show, name: str) -> None:
    answer = show(UNCHARTED[name])
    assert answer.status == "answered"
    assert answer.chart is None


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("line", "line"),
        ("lines", "line"),
        ("running total", "line"),
        ("bars", "bar"),
        ("share", "bar"),
        ("share over time", "bar"),
        ("two groupings", "bar"),
        ("many by many", "rect"),
        ("cities of regions", "bar"),
        ("several metrics", "bar"),
    ],
)
def test_the_form_follows_the_columns(show: Show, name: str, mark: str) -> None:
    marks = _marks(_spec(show, name))
    assert mark in marks
    assert "arc" not in marks


def test_the_asker_may_choose_the_form(show: Show) -> None:
    as_bars = show(CHARTED["line"], reading=Reading("zh", chart="bar")).chart
    assert _marks(as_bars) == {"bar", "text"}
    assert show(CHARTED["line"], reading=Reading("zh", chart="table")).chart is None


def test_incomplete_buckets_are_drawn_apart(show: Show) -> None:
    spec = _spec(show, "line cut off")
    values = spec["data"]["values"]
    assert [row["incomplete"] for row in values] == [False] * 5 + [True]
    assert values[-1]["whole"] is None and values[-1]["dashed"] == values[-1]["value"]
    assert any("strokeDash" in layer["mark"] for layer in spec["layer"])


def test_labels_not_codes_in_the_language_of_the_question(show: Show) -> None:
    chinese, english = _spec(show, "bars"), _spec(show, "bars", "en")
    assert "华东" in {row["category"] for row in chinese["data"]["values"]}
    assert "East" in {row["category"] for row in english["data"]["values"]}


def test_bars_are_sorted_and_lie_down_where_they_are_many(show: Show) -> None:
    upright, lying = _spec(show, "bars"), _spec(show, "bars lying")
    values = [row["value"] for row in upright["data"]["values"]]
    assert values == sorted(values, reverse=True)
    assert upright["encoding"]["x"]["type"] == "nominal"
    assert lying["encoding"]["y"]["type"] == "nominal"
    assert len(lying["data"]["values"]) == 31
    assert lying["title"]["subtitle"]


def test_what_is_left_out_is_said(show: Show) -> None:
    spec = _spec(show, "many lines")
    assert len({row["series"] for row in spec["data"]["values"]}) == 8
    assert "8" in spec["title"]["subtitle"]


def test_ordered_categories_keep_their_order(show: Show) -> None:
    answer = show(MetricQuery(metrics=("orders",), group_by=("hour_of_day",), period=YEAR))
    assert answer.chart is not None
    assert answer.table is not None
    spec: dict[str, Any] = answer.chart
    drawn = [row["category"] for row in spec["data"]["values"]]
    assert drawn == [str(hour) for hour in answer.table.column("hour_of_day")][:30]


@pytest.mark.parametrize("name", ["lines", "share over time", "tiers within regions"])
def test_a_closed_set_is_in_the_order_of_the_model(show: Show, name: str) -> None:
    spec = _spec(show, name)
    views = [spec, *spec.get("layer", [])]
    colors = [view["encoding"]["color"] for view in views if "color" in view.get("encoding", {})]
    assert colors[0]["scale"]["domain"] == ["普通会员", "银卡", "金卡", "白金卡"]


def test_the_title_says_the_period_that_was_used(show: Show) -> None:
    answer = show(CHARTED["year compared"])
    assert answer.chart is not None
    assert str(answer.chart["title"]).startswith("2026年1月至6月")


def test_every_metric_is_drawn_in_its_own_panel(show: Show) -> None:
    assert len(_spec(show, "several metrics")["vconcat"]) == 3


@pytest.mark.parametrize("name", ["line cut off", "lines", "bars", "two groupings"])
def test_it_becomes_a_picture_with_chinese_in_it(show: Show, name: str) -> None:
    converter = pytest.importorskip("vl_convert", reason="the extra 'charts' is not installed")
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False) if _has_fc() else None  # noqa: S607
    if fonts is None or not fonts.stdout.strip():
        pytest.skip("this machine has no Chinese font (Debian: fonts-noto-cjk)")
    picture = converter.vegalite_to_png(json.dumps(_spec(show, name)))
    assert picture.startswith(b"\x89PNG") and len(picture) > 5_000


def _has_fc() -> bool:
    return subprocess.run(["sh", "-c", "command -v fc-list"], capture_output=True, check=False).returncode == 0  # noqa: S607
