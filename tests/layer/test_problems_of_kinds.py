"""What cannot be asked of places, and of the days that a calendar sets beside others."""

from __future__ import annotations

import pytest

from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from tests.layer.test_cases import REQUESTS

CASES: tuple[tuple[str, dict[str, object], set[str]], ...] = (
    (
        "trading days before those of a week",
        {"metrics": ["traded_before"], "group_by": ["week"], "period": {"start": "2026-03-02", "end": "2026-03-16"}},
        {"days_scattered"},
    ),
    (
        "trading days before those of a few days, two of which have the same",
        {"metrics": ["traded_before"], "period": {"start": "2026-03-20", "end": "2026-03-23"}},
        {"days_scattered"},
    ),
    (
        "a day that its calendar sets beside none",
        {"metrics": ["traded_before"], "group_by": ["day"], "period": {"start": "2026-01-01", "end": "2026-01-03"}},
        {"day_not_mapped"},
    ),
    (
        "days before the calendar begins",
        {"metrics": ["traded_before"], "group_by": ["day"], "period": {"start": "2025-12-01", "end": "2025-12-03"}},
        {"day_not_mapped"},
    ),
    ("the days beside all of history", {"metrics": ["traded_before"]}, {"needs_period"}),
    ("a place among nothing", {"metrics": ["revenue_place"]}, {"rank_needs_group"}),
    (
        "a place of channels without the city that it is told within, as a part of nothing else",
        {"metrics": ["channel_place_in_city"], "group_by": ["channel"]},
        {"rank_needs_group"},
    ),
    (
        "places gained without what has a place",
        {"metrics": ["places_gained"], "group_by": ["channel"]},
        {"rank_needs_group"},
    ),
    (
        "a share of a place",
        {"metrics": ["revenue_place"], "group_by": ["city"], "shares": ["revenue_place"]},
        {"not_a_share"},
    ),
    (
        "a running place",
        {"metrics": ["revenue_place"], "group_by": ["city", "month"], "cumulative": ["revenue_place"]},
        {"not_additive"},
    ),
    (
        "places of those that meet one of two conditions",
        {
            "metrics": ["revenue_place"],
            "group_by": ["city"],
            "filters": [{"any": [{"field": "city", "values": ["A"]}, {"field": "channel", "values": ["web"]}]}],
        },
        {"ranked_is_filtered"},
    ),
)


@pytest.mark.parametrize(("query", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_codes(query: dict[str, object], codes: set[str], toy: Layer) -> None:
    request = REQUESTS.validate_python({"kind": "metrics", **query})
    with pytest.raises(QueryError) as found:
        toy.run(request)
    assert {problem.code for problem in found.value.problems} == codes
