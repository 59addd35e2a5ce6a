"""A survey: one dataset alone, averages and shares of its rows."""

from __future__ import annotations

from benchmarks.agreement.project import Project, day, draw, each_simple, metric, model, pick, simple, table

SURVEY = Project(
    "survey",
    (
        model(
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
        *each_simple(("answers", "score", "lowest", "people", "scored", "high")),
        metric("high_rate", "ratio", {"numerator": "high", "denominator": "scored"}),
        simple("high_only", "answers", "{{ Dimension('answer__is_high') }}"),
        metric("low_only", "derived", {"expr": "scored - high", "metrics": ["scored", "high"]}),
        metric("answers_so_far", "cumulative", {"measure": "answers"}),
        metric(
            "week_before",
            "derived",
            {"expr": "before", "metrics": [{"name": "answers", "alias": "before", "offset_window": "1 week"}]},
        ),
    ),
    table(
        "answers",
        500,
        {
            "answer_id": "i",
            "question": pick(("price", "taste", "speed"), 41),
            "place": pick(("east", "west", None), 42),
            "score": f"CASE WHEN {draw(7, 43)} = 0 THEN NULL ELSE {draw(11, 44)} END",
            "person": draw(90, 45),
            "answered_on": day(46),
        },
    ),
    ("answers", "score", "lowest", "people", "scored", "high", "high_rate", "high_only", "low_only"),
    ("answer", "answer__question", "answer__place", "answer__is_kept", "answer__is_high"),
    {"answer__question": ("price", "taste"), "answer__place": ("?", "east")},
    ("answer__is_kept", "answer__is_high"),
    ("answers_so_far", "week_before"),
)
