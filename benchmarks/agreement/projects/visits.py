"""Visits and purchases of the same persons: facts side by side, and conversions of one into the other."""

from __future__ import annotations

from benchmarks.agreement.project import Project, day, draw, each_simple, metric, model, pick, table

VISITS = Project(
    "visits",
    (
        model(
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
        model(
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
        model(
            "persons",
            {"person": ("primary", "person_id")},
            {"source": None, "is_person": "true", "from_where": "coalesce(source, 'other')"},
        ),
        *each_simple(("visits", "visitors", "depth", "buys", "buyers", "value")),
        metric("value_per_visit", "ratio", {"numerator": "value", "denominator": "visits"}),
        metric("buys_less_visits", "derived", {"expr": "buys - visits", "metrics": ["buys", "visits"]}),
        metric(
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
        metric(
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
    table(
        "visits",
        700,
        {
            "visit_id": "i",
            "person_id": f"CASE WHEN {draw(18, 61)} = 0 THEN NULL ELSE i % 110 END",
            "page": pick(("home", "sale", None), 63),
            "depth": draw(8, 64),
            "visited_on": f"TIMESTAMP '2024-01-01' + to_days((i // 110 * 40)::INTEGER + {draw(38, 62)})",
        },
    )
    + table(
        "buys",
        250,
        {
            "buy_id": "i",
            "person_id": f"CASE WHEN {draw(18, 65)} = 0 THEN NULL ELSE {draw(110, 66)} END",
            "item": pick(("cup", "pot"), 67),
            "value": f"{draw(90, 68)} + 5",
            "bought_on": day(69),
        },
    )
    + table("persons", 100, {"person_id": "i", "source": pick(("ad", "friend", None), 70)}),
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
