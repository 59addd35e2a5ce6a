"""Five small dbt projects, made for this comparison, and their data: joins of up to three hops, flags and constants,
null keys, dangling keys, filters in metrics, snapshots, windows, offsets, conversions.

Each is written as MetricFlow's YAML, one `semantic_model` or `metric` a document. Data are made by hashing row numbers,
so that everybody has the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]
SCHEMA = "toys"
_SPINE = {
    "project_configuration": {
        "time_spines": [
            {
                "node_relation": {"alias": "days", "schema_name": SCHEMA},
                "primary_column": {"name": "day", "time_granularity": "day"},
            }
        ]
    }
}
DAYS = f"""
CREATE TABLE {SCHEMA}.days AS
  SELECT unnest(generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-31', INTERVAL 1 DAY)) AS day;
"""


@dataclass(frozen=True)
class Project:
    """A dbt project: its documents, the SQL that makes its data, and what may be asked of it.

    `groups` are dimensions and entities that all of its `metrics` reach; `texts` gives of some of them values to filter
    by, `flags` are true or false. `alone` are metrics that only some groups fit: both refuse the others, or neither.
    """

    name: str
    documents: tuple[Document, ...]
    data: str
    metrics: tuple[str, ...]
    groups: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    flags: tuple[str, ...]
    alone: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """The project's YAML in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump_all((_SPINE, *self.documents), sort_keys=False)
        (folder / "project.yaml").write_text(text, encoding="utf-8")


def _model(
    name: str,
    entities: Mapping[str, str | tuple[str, str]],
    dimensions: Mapping[str, str | None],
    measures: Mapping[str, str | Mapping[str, Any]] | None = None,
    time: str | None = None,
) -> Document:
    """A semantic model. `entities` give their kind, or kind and column; `dimensions` an expression (None: their name);
    `measures` an aggregation of the column of that name, or all keys."""
    pairs = {key: (kind, key) if isinstance(kind, str) else kind for key, kind in entities.items()}
    found: list[Document] = [{"name": time, "type": "time", "type_params": {"time_granularity": "day"}}] if time else []
    found += [
        {"name": key, "type": "categorical", **({"expr": expr} if expr else {})} for key, expr in dimensions.items()
    ]
    made = {key: {"agg": how} if isinstance(how, str) else how for key, how in (measures or {}).items()}
    document: Document = {
        "name": name,
        "node_relation": {"schema_name": SCHEMA, "alias": name},
        "entities": [{"name": key, "type": kind, "expr": column} for key, (kind, column) in pairs.items()],
        "dimensions": found,
        "measures": [{"name": key, **how} for key, how in made.items()],
    }
    if time:
        document["defaults"] = {"agg_time_dimension": time}
    return {"semantic_model": document}


def _metric(name: str, kind: str, params: Document, **more: Any) -> Document:  # noqa: ANN401 - YAML
    if "metrics" in params:
        named = [each if isinstance(each, dict) else {"name": each} for each in params["metrics"]]
        params = {**params, "metrics": named}
    for key in ("numerator", "denominator", "measure", "base_measure", "conversion_measure"):
        if isinstance(params.get(key), str):
            params = {**params, key: {"name": params[key]}}
    return {"metric": {"name": name, "description": name, "type": kind, "type_params": params, **more}}


def _simple(name: str, measure: str | None = None, where: str | None = None, **measured: Any) -> Document:  # noqa: ANN401
    params = {"measure": {"name": measure or name, **measured} if measured else measure or name}
    return _metric(name, "simple", params, **({"filter": where} if where else {}))


def _each(names: Iterable[str]) -> tuple[Document, ...]:
    return tuple(_simple(name) for name in names)


def _draw(count: int, salt: int) -> str:
    """A number from 0 to count - 1 for the row `i`."""
    return f"(hash(i * 7919 + {salt}) % {count})::INTEGER"


def _day(salt: int) -> str:
    return f"TIMESTAMP '2024-01-01' + to_days({_draw(300, salt)})"


def _pick(values: Iterable[str | None], salt: int) -> str:
    texts = [*values]
    cases = " ".join(f"WHEN {place} THEN '{text}'" for place, text in enumerate(texts) if text is not None)
    return f"CASE {_draw(len(texts), salt)} {cases} END"


def _table(name: str, rows: int, columns: Mapping[str, str]) -> str:
    made = ", ".join(f"{expr} AS {key}" for key, expr in columns.items())
    return f"CREATE TABLE {SCHEMA}.{name} AS SELECT {made} FROM range({rows}) AS rows(i);\n"


SHOP = Project(
    "shop",
    (
        _model(
            "orders",
            {"order": ("primary", "order_id"), "customer": ("foreign", "customer_id"), "shop": ("foreign", "shop_id")},
            {"channel": None, "is_large": "amount > 60", "kind": "coalesce(kind, 'plain')"},
            {
                "orders": {"agg": "sum", "expr": "1"},
                "amount": "sum",
                "buyers": {"agg": "count_distinct", "expr": "customer_id"},
                "mean_amount": {"agg": "average", "expr": "amount"},
                "largest": {"agg": "max", "expr": "amount"},
                "large_orders": {"agg": "sum_boolean", "expr": "amount > 60"},
            },
            "ordered_on",
        ),
        _model(
            "customers",
            {"customer": ("primary", "customer_id"), "region": ("foreign", "region_id")},
            {"tier": None, "is_known": "true", "group": "coalesce(tier, 'none')"},
        ),
        _model("regions", {"region": ("primary", "region_id"), "land": ("foreign", "land_id")}, {"region_name": None}),
        _model("lands", {"land": ("primary", "land_id")}, {"land_name": None, "has_land": "1 = 1"}),
        _model("shops", {"shop": ("primary", "shop_id")}, {"size": None}),
        *_each(("orders", "amount", "buyers", "mean_amount", "largest", "large_orders")),
        _simple("gold_amount", "amount", "{{ Dimension('customer__tier') }} = 'gold'"),
        _simple("known_orders", "orders", "{{ Dimension('customer__is_known') }}"),
        _simple("amount_or_zero", "amount", fill_nulls_with=0, join_to_timespine=True),
        _metric("basket", "ratio", {"numerator": "amount", "denominator": "orders"}),
        _metric("large_share", "ratio", {"numerator": "large_orders", "denominator": "orders"}),
        _metric("rest", "derived", {"expr": "amount - gold_amount", "metrics": ["amount", "gold_amount"]}),
        _metric(
            "change",
            "derived",
            {
                "expr": "now - before",
                "metrics": [
                    {"name": "amount", "alias": "now"},
                    {"name": "amount", "alias": "before", "offset_window": "7 days"},
                ],
            },
        ),
        _metric("amount_to_date", "cumulative", {"measure": "amount"}),
        _metric("amount_30", "cumulative", {"measure": "amount", "cumulative_type_params": {"window": "30 days"}}),
        _metric(
            "amount_mtd", "cumulative", {"measure": "amount", "cumulative_type_params": {"grain_to_date": "month"}}
        ),
    ),
    _table(
        "orders",
        900,
        {
            "order_id": "i",
            "customer_id": f"CASE WHEN {_draw(12, 1)} = 0 THEN NULL ELSE {_draw(70, 2)} END",
            "shop_id": _draw(9, 3),
            "channel": _pick(("web", "app", None), 4),
            "kind": _pick(("gift", None), 5),
            "amount": f"{_draw(100, 6)} + 1",
            "ordered_on": _day(7),
        },
    )
    + _table(
        "customers",
        60,
        {
            "customer_id": "i",
            "region_id": f"CASE WHEN i % 8 = 0 THEN NULL ELSE {_draw(6, 8)} END",
            "tier": _pick(("gold", "silver", None), 9),
        },
    )
    + _table("regions", 5, {"region_id": "i", "land_id": _draw(4, 10), "region_name": "'r' || i"})
    + _table("lands", 3, {"land_id": "i", "land_name": "'l' || i"})
    + _table("shops", 8, {"shop_id": "i", "size": _pick(("small", "large"), 11)}),
    (
        "orders",
        "amount",
        "buyers",
        "mean_amount",
        "largest",
        "large_orders",
        "gold_amount",
        "known_orders",
        "basket",
        "large_share",
        "rest",
    ),
    (
        "order__channel",
        "order__kind",
        "order__is_large",
        "customer",
        "customer__tier",
        "customer__group",
        "customer__is_known",
        "customer__region",
        "customer__region__region_name",
        "customer__region__land__land_name",
        "customer__region__land__has_land",
        "shop__size",
    ),
    {
        "order__channel": ("web", "app"),
        "customer__tier": ("gold", "silver"),
        "customer__group": ("none", "gold"),
        "customer__region__region_name": ("r1", "r3"),
        "customer__region__land__land_name": ("l0",),
        "shop__size": ("small",),
    },
    ("order__is_large", "customer__is_known", "customer__region__land__has_land"),
    ("amount_or_zero", "change", "amount_to_date", "amount_30", "amount_mtd"),
)

INSURER = Project(
    "insurer",
    (
        _model(
            "policies",
            {"policy": ("primary", "policy_id"), "agent": ("foreign", "agent_id"), "holder": ("foreign", "holder_id")},
            {"product": None, "has_policy": "1"},
            {
                "policies": {"agg": "sum", "expr": "1"},
                "premium": "sum",
                "holders": {"agg": "count_distinct", "expr": "holder_id"},
            },
            "began_on",
        ),
        _model(
            "claims",
            {"claim": ("primary", "claim_id"), "policy": ("foreign", "policy_id")},
            {"cause": None, "has_loss": "1", "is_open": "closed_on IS NULL"},
            {
                "claims": {"agg": "sum", "expr": "1"},
                "loss": "sum",
                "open_claims": {"agg": "sum_boolean", "expr": "closed_on IS NULL"},
                "middle_loss": {"agg": "median", "expr": "loss"},
            },
            "claimed_on",
        ),
        _model(
            "agents",
            {"agent": ("primary", "agent_id"), "office": ("foreign", "office_id")},
            {"grade": "coalesce(grade, 'ungraded')"},
        ),
        _model("offices", {"office": ("primary", "office_id")}, {"city": None, "is_office": "true"}),
        _model(
            "holders",
            {"holder": ("primary", "holder_id")},
            {"age_band": "CASE WHEN age < 40 THEN 'young' ELSE 'old' END"},
        ),
        *_each(("policies", "premium", "holders", "claims", "loss", "open_claims", "middle_loss")),
        _simple("premium_of_young", "premium", "{{ Dimension('holder__age_band') }} = 'young'"),
        _metric("loss_ratio", "ratio", {"numerator": "loss", "denominator": "premium"}),
        _metric("claims_per_policy", "derived", {"expr": "claims * 1.0 / policies", "metrics": ["claims", "policies"]}),
    ),
    _table(
        "policies",
        300,
        {
            "policy_id": "i",
            "agent_id": f"CASE WHEN {_draw(9, 21)} = 0 THEN NULL ELSE {_draw(25, 22)} END",
            "holder_id": _draw(120, 23),
            "product": _pick(("home", "car", None), 24),
            "premium": f"{_draw(900, 25)} + 100",
            "began_on": _day(26),
        },
    )
    + _table(
        "claims",
        400,
        {
            "claim_id": "i",
            "policy_id": f"CASE WHEN {_draw(15, 27)} = 0 THEN NULL ELSE {_draw(330, 28)} END",
            "cause": _pick(("fire", "water", "theft"), 29),
            "loss": _draw(5000, 30),
            "claimed_on": _day(31),
            "closed_on": f"CASE WHEN {_draw(3, 32)} = 0 THEN NULL ELSE {_day(33)} END",
        },
    )
    + _table(
        "agents",
        20,
        {
            "agent_id": "i",
            "office_id": f"CASE WHEN i % 5 = 0 THEN NULL ELSE {_draw(5, 34)} END",
            "grade": _pick(("x", "y", None), 35),
        },
    )
    + _table("offices", 4, {"office_id": "i", "city": _pick(("A", "B"), 36)})
    + _table(
        "holders", 110, {"holder_id": "i", "age": f"CASE WHEN i % 11 = 0 THEN NULL ELSE {_draw(60, 37)} + 18 END"}
    ),
    (
        "policies",
        "premium",
        "holders",
        "premium_of_young",
        "claims",
        "loss",
        "open_claims",
        "middle_loss",
        "loss_ratio",
        "claims_per_policy",
    ),
    (
        "policy",
        "policy__agent",
        "policy__product",
        "policy__has_policy",
        "policy__agent__grade",
        "policy__agent__office__city",
        "policy__agent__office__is_office",
        "policy__holder__age_band",
        "claim__cause",
        "claim__has_loss",
        "claim__is_open",
    ),
    {
        "policy__product": ("home", "car"),
        "policy__agent__grade": ("ungraded", "y"),
        "policy__holder__age_band": ("young",),
        "claim__cause": ("fire",),
        "policy__agent__office__city": ("A",),
    },
    ("claim__is_open", "policy__agent__office__is_office"),
)

SURVEY = Project(
    "survey",
    (
        _model(
            "answers",
            {"answer": ("primary", "answer_id")},
            {"question": None, "place": "coalesce(place, '?')", "is_kept": "true", "is_high": "score >= 8"},
            {
                "answers": {"agg": "sum", "expr": "1"},
                "score": {"agg": "average"},
                "lowest": {"agg": "min", "expr": "score"},
                "people": {"agg": "count_distinct", "expr": "person"},
                "scored": {"agg": "count", "expr": "score"},
                "high": {"agg": "sum_boolean", "expr": "score >= 8"},
            },
            "answered_on",
        ),
        *_each(("answers", "score", "lowest", "people", "scored", "high")),
        _metric("high_rate", "ratio", {"numerator": "high", "denominator": "scored"}),
        _simple("high_only", "answers", "{{ Dimension('answer__is_high') }}"),
        _metric("low_only", "derived", {"expr": "scored - high", "metrics": ["scored", "high"]}),
        _metric("answers_so_far", "cumulative", {"measure": "answers"}),
        _metric(
            "week_before",
            "derived",
            {"expr": "before", "metrics": [{"name": "answers", "alias": "before", "offset_window": "1 week"}]},
        ),
    ),
    _table(
        "answers",
        500,
        {
            "answer_id": "i",
            "question": _pick(("price", "taste", "speed"), 41),
            "place": _pick(("east", "west", None), 42),
            "score": f"CASE WHEN {_draw(7, 43)} = 0 THEN NULL ELSE {_draw(11, 44)} END",
            "person": _draw(90, 45),
            "answered_on": _day(46),
        },
    ),
    ("answers", "score", "lowest", "people", "scored", "high", "high_rate", "high_only", "low_only"),
    ("answer", "answer__question", "answer__place", "answer__is_kept", "answer__is_high"),
    {"answer__question": ("price", "taste"), "answer__place": ("?", "east")},
    ("answer__is_kept", "answer__is_high"),
    ("answers_so_far", "week_before"),
)

ACCOUNTS = Project(
    "accounts",
    (
        _model(
            "balances",
            {"account": ("foreign", "account_id"), "balance_row": ("primary", "row_id")},
            {"currency": None},
            {
                "balance": {"agg": "sum", "non_additive_dimension": {"name": "told_on", "window_choice": "max"}},
                "first_balance": {
                    "agg": "sum",
                    "expr": "balance",
                    "non_additive_dimension": {"name": "told_on", "window_choice": "min"},
                },
                "latest_each": {
                    "agg": "sum",
                    "expr": "balance",
                    "non_additive_dimension": {
                        "name": "told_on",
                        "window_choice": "max",
                        "window_groupings": ["account"],
                    },
                },
                "rows_told": {"agg": "sum", "expr": "1"},
            },
            "told_on",
        ),
        _model(
            "accounts",
            {"account": ("primary", "account_id"), "owner": ("foreign", "owner_id")},
            {"plan": None, "is_account": "1 = 1"},
        ),
        _model("owners", {"owner": ("primary", "owner_id")}, {"home": "coalesce(home, 'unknown')"}),
        *_each(("balance", "first_balance", "latest_each", "rows_told")),
    ),
    _table(
        "balances",
        600,
        {
            "row_id": "i",
            "account_id": f"CASE WHEN {_draw(20, 51)} = 0 THEN NULL ELSE {_draw(45, 52)} END",
            "currency": _pick(("EUR", "USD"), 53),
            "balance": f"{_draw(1000, 54)} - 200",
            "told_on": f"TIMESTAMP '2024-01-01' + to_days({_draw(120, 55)})",
        },
    )
    + _table(
        "accounts",
        40,
        {
            "account_id": "i",
            "owner_id": f"CASE WHEN i % 6 = 0 THEN NULL ELSE {_draw(16, 56)} END",
            "plan": _pick(("free", "paid", None), 57),
        },
    )
    + _table("owners", 15, {"owner_id": "i", "home": _pick(("north", "south", None), 58)}),
    ("balance", "first_balance", "latest_each", "rows_told"),
    (
        "balance_row__currency",
        "account",
        "account__plan",
        "account__is_account",
        "account__owner",
        "account__owner__home",
    ),
    {
        "balance_row__currency": ("EUR",),
        "account__plan": ("free", "paid"),
        "account__owner__home": ("unknown", "north"),
    },
    ("account__is_account",),
)

VISITS = Project(
    "visits",
    (
        _model(
            "visits",
            {"visit": ("primary", "visit_id"), "person": ("foreign", "person_id")},
            {"page": None, "is_deep": "depth > 3"},
            {
                "visits": {"agg": "sum", "expr": "1"},
                "visitors": {"agg": "count_distinct", "expr": "person_id"},
                "depth": "sum",
            },
            "visited_on",
        ),
        _model(
            "buys",
            {"buy": ("primary", "buy_id"), "person": ("foreign", "person_id")},
            {"item": None},
            {
                "buys": {"agg": "sum", "expr": "1"},
                "buyers": {"agg": "count_distinct", "expr": "person_id"},
                "value": "sum",
            },
            "bought_on",
        ),
        _model(
            "persons",
            {"person": ("primary", "person_id")},
            {"source": None, "is_person": "true", "from_where": "coalesce(source, 'other')"},
        ),
        *_each(("visits", "visitors", "depth", "buys", "buyers", "value")),
        _metric("value_per_visit", "ratio", {"numerator": "value", "denominator": "visits"}),
        _metric("buys_less_visits", "derived", {"expr": "buys - visits", "metrics": ["buys", "visits"]}),
        _metric(
            "bought_in_a_week",
            "conversion",
            {
                "conversion_type_params": {
                    "base_measure": "visits",
                    "conversion_measure": "buys",
                    "entity": "person",
                    "calculation": "conversion_rate",
                    "window": "7 days",
                }
            },
        ),
        _metric(
            "buys_after_visits",
            "conversion",
            {
                "conversion_type_params": {
                    "base_measure": "visits",
                    "conversion_measure": "buys",
                    "entity": "person",
                    "calculation": "conversions",
                }
            },
        ),
    ),
    # no two visits of a person on one day, so that the nearest before a purchase is one
    _table(
        "visits",
        700,
        {
            "visit_id": "i",
            "person_id": f"CASE WHEN {_draw(18, 61)} = 0 THEN NULL ELSE i % 110 END",
            "page": _pick(("home", "sale", None), 63),
            "depth": _draw(8, 64),
            "visited_on": f"TIMESTAMP '2024-01-01' + to_days((i // 110 * 40)::INTEGER + {_draw(38, 62)})",
        },
    )
    + _table(
        "buys",
        250,
        {
            "buy_id": "i",
            "person_id": f"CASE WHEN {_draw(18, 65)} = 0 THEN NULL ELSE {_draw(110, 66)} END",
            "item": _pick(("cup", "pot"), 67),
            "value": f"{_draw(90, 68)} + 5",
            "bought_on": _day(69),
        },
    )
    + _table("persons", 100, {"person_id": "i", "source": _pick(("ad", "friend", None), 70)}),
    ("visits", "visitors", "depth", "buys", "buyers", "value", "value_per_visit", "buys_less_visits"),
    (
        "person",
        "person__source",
        "person__is_person",
        "person__from_where",
        "visit__page",
        "visit__is_deep",
        "buy__item",
    ),
    {
        "person__source": ("ad", "friend"),
        "person__from_where": ("other",),
        "visit__page": ("home",),
        "buy__item": ("cup",),
    },
    ("person__is_person", "visit__is_deep"),
    ("bought_in_a_week", "buys_after_visits"),
)

PROJECTS = (SHOP, INSURER, SURVEY, ACCOUNTS, VISITS)
