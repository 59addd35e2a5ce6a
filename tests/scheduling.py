"""How tests are shared out between processes: a file stays whole, files on the same servers stay together, and what
takes long begins first, so that no process is left alone with it at the end.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# by what their names begin with; the others follow as they were collected
LONG = (
    "tests/engines/",
    "tests/interop/test_dbt_cases.py",
    "tests/network/test_fuzz.py",
    "tests/structure/test_pages.py",
    "tests/structure/test_readme.py",
    "tests/generated/",
    "tests/page/",
    "tests/network/",
    "tests/loop/",
    "tests/loyalty/",
    "tests/agent/",
    "tests/chat/",
    "tests/scoring/",
    "tests/saved/",
    "tests/evaluate/",
    "tests/interop/",
    "tests/translate/",
)
_ON_SERVERS = LONG[:2]  # Spark takes as long to start as a file of tests to run


def place(nodeid: str) -> int:
    """The place of a test's file in the order."""
    return next((at for at, begins in enumerate(LONG) if nodeid.startswith(begins)), len(LONG))


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # the library has no types
    """By files, but those on servers as one."""

    def _split_scope(self, nodeid: str) -> str:
        return "servers" if nodeid.startswith(_ON_SERVERS) else super()._split_scope(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long first."""
    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Instead of the scheduler by files."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
