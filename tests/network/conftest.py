"""One service for the tests that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.running import Running, serving


@pytest.fixture(scope="module")
def service(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service over the demo company."""
    with serving(tmp_path_factory.mktemp("service"), demo_database, translate_timeout_seconds=2) as running:
        yield running
