"""A shop: joins of up to three hops, flags and constants, null keys, filters in metrics, windows and offsets."""

from __future__ import annotations

from benchmarks.agreement.project import Project, day, draw, each_simple, metric, model, pick, simple, table

SHOP = Project(
    "shop",
    (
        model(
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
        model(
            "customers",
            {"customer": ("primary", "customer_id"), "region": ("foreign", "region_id")},
            {"tier": None, "is_known": "true", "group": "coalesce(tier, 'none')"},
        ),
        model("regions", {"region": ("primary", "region_id"), "land": ("foreign", "land_id")}, {"region_name": None}),
        model("lands", {"land": ("primary", "land_id")}, {"land_name": None, "has_land": "1 = 1"}),
        model("shops", {"shop": ("primary", "shop_id")}, {"size": None}),
        *each_simple(("orders", "amount", "buyers", "mean_amount", "largest", "large_orders")),
        simple("gold_amount", "amount", "{{ Dimension('customer__tier') }} = 'gold'"),
        simple("known_orders", "orders", "{{ Dimension('customer__is_known') }}"),
        simple("amount_or_zero", "amount", fill_nulls_with=0, join_to_timespine=True),
        metric("basket", "ratio", {"numerator": "amount", "denominator": "orders"}),
        metric("large_share", "ratio", {"numerator": "large_orders", "denominator": "orders"}),
        metric("rest", "derived", {"expr": "amount - gold_amount", "metrics": ["amount", "gold_amount"]}),
        metric(
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
        metric("amount_to_date", "cumulative", {"measure": "amount"}),
        metric("amount_30", "cumulative", {"measure": "amount", "cumulative_type_params": {"window": "30 days"}}),
        metric("amount_mtd", "cumulative", {"measure": "amount", "cumulative_type_params": {"grain_to_date": "month"}}),
    ),
    table(
        "orders",
        900,
        {
            "order_id": "i",
            "customer_id": f"CASE WHEN {draw(12, 1)} = 0 THEN NULL ELSE {draw(70, 2)} END",
            "shop_id": draw(9, 3),
            "channel": pick(("web", "app", None), 4),
            "kind": pick(("gift", None), 5),
            "amount": f"{draw(100, 6)} + 1",
            "ordered_on": day(7),
        },
    )
    + table(
        "customers",
        60,
        {
            "customer_id": "i",
            "region_id": f"CASE WHEN i % 8 = 0 THEN NULL ELSE {draw(6, 8)} END",
            "tier": pick(("gold", "silver", None), 9),
        },
    )
    + table("regions", 5, {"region_id": "i", "land_id": draw(4, 10), "region_name": "'r' || i"})
    + table("lands", 3, {"land_id": "i", "land_name": "'l' || i"})
    + table("shops", 8, {"shop_id": "i", "size": pick(("small", "large"), 11)}),
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
