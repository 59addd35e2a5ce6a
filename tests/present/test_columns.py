"""The terminal's columns: nothing is broken inside a word, a cell has two lines at most, a table fits where it can."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from typer.testing import CliRunner

from chat_service.cli import app
from chat_service.present.columns import broken, columns_that_fit, fitted, indented
from chat_service.present.listing import text_table
from chat_service.settings import Settings

LONG = ("replenishment", "probability", "recommended", "dimension")
WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)


@given(WORDS, st.integers(10, 40))
def test_no_word_is_broken_and_no_cell_has_more_than_two_lines(text: str, width: int) -> None:
    lines = broken(text, width).split("\n")
    assert len(lines) <= 2
    assert all(cell_len(line) <= width for line in lines)
    words = " ".join(lines).removesuffix("…").split()
    assert words == text.split()[: len(words)]


@given(st.text("中文字符，。甲乙丙（）1234%abc ", min_size=1, max_size=80), st.integers(12, 40))
@example("11111111，）1", 12)
def test_text_that_flows_loses_nothing(text: str, width: int) -> None:
    flowed = broken(text, width, lines=len(text) + 1)
    assert re.sub(r"\s", "", flowed) == re.sub(r"\s", "", text)
    assert not any(line[:1] in "，。）" for line in flowed.split("\n")[1:])


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("华东 88.53万元、华南", 14, ["华东", "88.53万元、华…"]),
        ("replenishment reminder", 14, ["replenishment", "reminder"]),
        ("2026-05-01 to 2026-05-31", 12, ["2026-05-01", "to…"]),
    ],
)
def test_figures_and_their_units_stay_together(text: str, width: int, lines: list[str]) -> None:
    assert broken(text, width).split("\n") == lines


def test_columns_shrink_to_their_words_before_any_is_left_out() -> None:
    heads, cells = ["recommended action", "n"], [("replenishment reminder", "call"), ("1", "2")]
    assert fitted(heads, cells, [False, True], 80) == [22, 1]
    widths = fitted(heads, cells, [False, True], 17)
    assert widths[0] >= len("replenishment") and columns_that_fit(widths, 17) == 2
    assert columns_that_fit([10, 10, 10], 21) == 2
    _, shown = text_table(["a", "b", "c"], [("x" * 10,)] * 3, [True] * 3, 25)
    assert shown == 2


@pytest.mark.parametrize("width", [80, 60])
def test_the_terminal_keeps_its_width(
    demo_database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, width: int
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    for question in (
        "which customers will churn",
        "哪些客户可能流失",
        "why did revenue change in May 2026",
        "今年每月订单数同比",
    ):
        result = CliRunner().invoke(app, ["ask", question, "--db", str(demo_database)])
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert all(cell_len(line.rstrip()) <= width for line in lines), max(lines, key=cell_len)
        # what is printed of a long word is the whole of it
        beginnings = {name[:end] for name in LONG for end in range(6, len(name))}
        assert not beginnings & set(result.stdout.split())


def test_settings_break_no_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    printed = CliRunner().invoke(app, ["settings"]).stdout
    for name in Settings.model_fields:
        assert f"HUITOU_{name.upper()}" in printed
    assert all(cell_len(line.rstrip()) <= 80 or line.startswith("HUITOU_") for line in printed.splitlines())


def test_a_paragraph_is_indented() -> None:
    assert indented("one two three", 12) == "    one two\n    three"
