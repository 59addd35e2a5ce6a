"""The demo company as a newcomer makes it, for what the pages say and run."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_service.settings import DEMO_DATABASE
from docs.printed import run_in


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo company where commands look for it: the first question makes it, as `huitou demo` does."""
    folder = tmp_path_factory.mktemp("company")
    run_in(folder)('huitou ask "2025年的订单数"')
    assert (folder / DEMO_DATABASE).exists()
    return folder
