"""Numbers as people write and say them, by hand in numbers.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chat_service.language.folding import fold
from chat_service.language.numbers.read import Number, find_numbers

CASES = yaml.safe_load(Path(__file__).with_name("numbers.yaml").read_text(encoding="utf-8"))


def _written(number: Number) -> tuple[str, str | None]:
    value = f"{number.value:.12g}"
    if number.upto is not None:
        value = f"{value}~{number.upto:g}"
    return f"#{value}" if number.is_ordinal else value, number.unit


@pytest.mark.parametrize("text", CASES)
def test_numbers(text: str) -> None:
    expected = [(f"{value:.12g}" if isinstance(value, int | float) else value, unit) for value, unit in CASES[text]]
    found = find_numbers(fold(text))
    assert [_written(number) for number in found] == expected
    assert all(text[number.start : number.end] == number.text for number in found)
