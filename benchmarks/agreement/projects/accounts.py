"""Accounts: balances, which do not add up over time."""

from __future__ import annotations

from benchmarks.agreement.project import Project, draw, each_simple, model, pick, table

ACCOUNTS = Project(
    "accounts",
    (
        model(
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
        model(
            "accounts",
            {"account": ("primary", "account_id"), "owner": ("foreign", "owner_id")},
            {"plan": None, "is_account": "1 = 1"},
        ),
        model("owners", {"owner": ("primary", "owner_id")}, {"home": "coalesce(home, 'unknown')"}),
        *each_simple(("balance", "first_balance", "latest_each", "rows_told")),
    ),
    table(
        "balances",
        600,
        {
            "row_id": "i",
            "account_id": f"CASE WHEN {draw(20, 51)} = 0 THEN NULL ELSE {draw(45, 52)} END",
            "currency": pick(("EUR", "USD"), 53),
            "balance": f"{draw(1000, 54)} - 200",
            "told_on": f"TIMESTAMP '2024-01-01' + to_days({draw(120, 55)})",
        },
    )
    + table(
        "accounts",
        40,
        {
            "account_id": "i",
            "owner_id": f"CASE WHEN i % 6 = 0 THEN NULL ELSE {draw(16, 56)} END",
            "plan": pick(("free", "paid", None), 57),
        },
    )
    + table("owners", 15, {"owner_id": "i", "home": pick(("north", "south", None), 58)}),
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
