"""Tables against reference rows: what counts as the same and what never does."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from chat_service.evaluate.matching import Row, mismatch
from semantic_layer.query.result import Value

TIERS: list[Row] = [("gold", 120, 0.31), ("silver", 300, 0.22), (None, 4, None)]


@pytest.mark.parametrize(
    ("wanted", "given", "agree"),
    [
        (0.3114999, 0.3115, True),
        (0.3114, 0.3117, False),
        (123_456.0, 123_449.0, True),
        (123_456.0, 123_399.0, False),
        (0, 0.0, True),
        (0, 1e-12, True),
        (0, 0.001, False),
        (-5.0, 5.0, False),
        (None, None, True),
        (None, 0, False),
        (None, "", False),
        (True, True, True),
        (True, 1, False),
        (0, False, False),
        ("5", 5, False),
        ("gold", "Gold", False),
        (date(2026, 5, 1), "2026-05-01", True),
        (date(2026, 5, 1), datetime(2026, 5, 1), True),  # noqa: DTZ001 — the database's timestamps carry no zone
        (date(2026, 5, 1), "2026-05-01T00:00:00", True),
        (date(2026, 5, 1), "2026-05-01T08:00:00", False),
        (date(2026, 5, 1), "2026-05-02", False),
        ("2026-13-99", "2026-13-99", True),
        (float("nan"), None, True),
    ],
)
def test_cells(wanted: Value, given: Value, agree: bool) -> None:
    assert mismatch([(wanted,)], [(given,)], ordered=False) == (None if agree else "column_not_found")


def test_columns_are_found_by_content_in_any_order_among_further_ones() -> None:
    given: list[Row] = [(place, rate, 7, tier, count) for place, (tier, count, rate) in enumerate(TIERS)]
    assert mismatch(TIERS, given, ordered=False) is None
    assert mismatch(TIERS, given, ordered=True) is None


def test_order_counts_only_when_asked() -> None:
    assert mismatch(TIERS, TIERS[::-1], ordered=False) is None
    assert mismatch(TIERS, TIERS[::-1], ordered=True) == "order_differs"


def test_more_and_fewer_rows_differ() -> None:
    assert mismatch(TIERS, TIERS[:2], ordered=False) == "row_count"
    assert mismatch(TIERS, [*TIERS, ("basic", 1, 0.1)], ordered=False) == "row_count"
    assert mismatch([], [], ordered=True) is None


def test_two_reference_columns_need_two_columns() -> None:
    # the same number twice in the reference is not held by one column of the answer
    assert mismatch([("east", 5, 5)], [("east", 5)], ordered=False) == "column_not_found"
    assert mismatch([("east", 5, 5)], [("east", 5, 5)], ordered=False) is None


def test_right_columns_wrongly_paired_differ() -> None:
    swapped: list[Row] = [("gold", 300, 0.31), ("silver", 120, 0.22), (None, 4, None)]
    assert mismatch(TIERS, swapped, ordered=False) == "rows_differ"


def test_a_column_that_fits_alone_gives_way_to_the_one_that_fits_the_rows() -> None:
    wanted: list[Row] = [("a", 1), ("b", 2)]
    given: list[Row] = [(2, "a", 1), (1, "b", 2)]
    assert mismatch(wanted, given, ordered=False) is None


def test_rows_of_close_numbers_are_paired_as_a_whole() -> None:
    # sorted by the first number, the two sides pair crosswise; another pairing agrees
    wanted: list[Row] = [(1000.01, 5), (1000.02, 6)]
    given: list[Row] = [(1000.03, 5), (1000.00, 6)]
    assert mismatch(wanted, given, ordered=False) is None
    assert mismatch(wanted, [(1000.03, 5), (1000.00, 7)], ordered=False) == "column_not_found"
