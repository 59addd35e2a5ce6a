"""Shares of a change: told where they say something, not where parts far greater than the change cancel out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat_service.asking import Answer
from chat_service.present.explanations import Contribution, Explanation


def _explained(*sizes: float, is_main: bool = True) -> Explanation:
    whole = sum(sizes)
    groups = tuple(
        Contribution("city", str(number), size, size / whole, None, is_main=is_main, is_small=False)
        for number, size in enumerate(sizes)
    )
    return Explanation(100.0 + whole, 100.0, whole, groups)


def test_parts_of_a_change_have_shares_of_it() -> None:
    assert _explained(30.0, 12.0, -2.0).has_shares


def test_parts_that_cancel_out_have_none() -> None:
    assert not _explained(30.0, -29.0).has_shares


def test_parts_within_chance_have_none() -> None:
    assert not _explained(30.0, 12.0, is_main=False).has_shares


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("why did revenue fall in the south last month", "region South"),
        ("为什么上个月华南的销售额下降了", "大区为华南"),
    ],
)
def test_a_reason_tells_for_whom(ask: Callable[[str], Answer], question: str, said: str) -> None:
    answer = ask(question)
    assert said in answer.text and answer.reading.moved == "down"
