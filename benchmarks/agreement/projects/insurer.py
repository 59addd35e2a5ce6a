"""An insurer: policies and claims, so metrics of two datasets that share a way onward; dangling keys."""

from __future__ import annotations

from benchmarks.agreement.project import Project, day, draw, each_simple, metric, model, pick, simple, table

INSURER = Project(
    "insurer",
    (
        model(
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
        model(
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
        model(
            "agents",
            {"agent": ("primary", "agent_id"), "office": ("foreign", "office_id")},
            {"grade": "coalesce(grade, 'ungraded')"},
        ),
        model("offices", {"office": ("primary", "office_id")}, {"city": None, "is_office": "true"}),
        model(
            "holders",
            {"holder": ("primary", "holder_id")},
            {"age_band": "CASE WHEN age < 40 THEN 'young' ELSE 'old' END"},
        ),
        *each_simple(("policies", "premium", "holders", "claims", "loss", "open_claims", "middle_loss")),
        simple("premium_of_young", "premium", "{{ Dimension('holder__age_band') }} = 'young'"),
        metric("loss_ratio", "ratio", {"numerator": "loss", "denominator": "premium"}),
        metric("claims_per_policy", "derived", {"expr": "claims * 1.0 / policies", "metrics": ["claims", "policies"]}),
    ),
    table(
        "policies",
        300,
        {
            "policy_id": "i",
            "agent_id": f"CASE WHEN {draw(9, 21)} = 0 THEN NULL ELSE {draw(25, 22)} END",
            "holder_id": draw(120, 23),
            "product": pick(("home", "car", None), 24),
            "premium": f"{draw(900, 25)} + 100",
            "began_on": day(26),
        },
    )
    + table(
        "claims",
        400,
        {
            "claim_id": "i",
            "policy_id": f"CASE WHEN {draw(15, 27)} = 0 THEN NULL ELSE {draw(330, 28)} END",
            "cause": pick(("fire", "water", "theft"), 29),
            "loss": draw(5000, 30),
            "claimed_on": day(31),
            "closed_on": f"CASE WHEN {draw(3, 32)} = 0 THEN NULL ELSE {day(33)} END",
        },
    )
    + table(
        "agents",
        20,
        {
            "agent_id": "i",
            "office_id": f"CASE WHEN i % 5 = 0 THEN NULL ELSE {draw(5, 34)} END",
            "grade": pick(("x", "y", None), 35),
        },
    )
    + table("offices", 4, {"office_id": "i", "city": pick(("A", "B"), 36)})
    + table("holders", 110, {"holder_id": "i", "age": f"CASE WHEN i % 11 = 0 THEN NULL ELSE {draw(60, 37)} + 18 END"}),
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
