"""The generated pages are as the code would make them now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from docs.generate import PAGES, REPOSITORY


@pytest.mark.parametrize(("name", "page"), PAGES.items())
def test_regenerating_changes_nothing(name: str, page: Callable[[], str]) -> None:
    assert (REPOSITORY / name).read_text(encoding="utf-8") == page(), f"{name} is out of date: run `make docs`"
