"""What the pages show was printed by what they say: `console` blocks by commands, `pycon` blocks by Python."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from docs.printed import PAGES, run_in, with_output
from tests.structure.sources import REPOSITORY


@pytest.mark.parametrize("name", PAGES)
def test_commands_print_what_the_page_shows(name: str, company: Path) -> None:
    page = (REPOSITORY / name).read_text(encoding="utf-8")
    assert with_output(page, run_in(company)) == page, f"{name} is out of date: run `make docs`"


@pytest.mark.parametrize("name", [name for name in PAGES if "```pycon" in (REPOSITORY / name).read_text("utf-8")])
def test_python_gives_what_the_page_shows(name: str, company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(company)
    failed, tried = doctest.testfile(str(REPOSITORY / name), module_relative=False, encoding="utf-8")
    assert tried and not failed
