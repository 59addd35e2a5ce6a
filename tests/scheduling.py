"""How tests are shared out between processes: a file stays whole, files on the same servers stay together, and what
takes long begins first, so that no process is left alone with it at the end.

What is tried over and over (any text, any query, any company) is tried so often by day that a fault of its kind shows,
and ten times as often by `make nightly` (`HUITOU_TIMES` above 1). Spark takes half a second for a query over five rows:
by day it is given one in four of the cases that every engine is given, and each metric in total and by one in four
dimensions.
"""

from __future__ import annotations

import gc
import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# tens of thousands of tests and phrases stay to the end: looked over as often as Python does by default, they cost a
# quarter of collecting, and most of reading a model
gc.set_threshold(50_000, 20, 50)

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
TIMES = int(os.environ.get("HUITOU_TIMES", "1"))
BY_DAY = TIMES == 1
_SPARK = frozenset({"spark", "toy_spark"})
_ONE_IN = 4
_CASES = ("case", "dimension")  # what they are called where they are many
# half a minute each on Spark; in the last, its busy client may lose the first answer after a statement was stopped
_BY_NIGHT = frozenset(
    {
        "test_every_metric_by_month",
        "test_metrics_by_other_dimensions",
        "test_all_engines_agree",
        "test_what_runs_for_one_who_leaves_is_stopped",
    }
)
# Spark takes as long to start as a file of tests to run, and the whole demo company to make
_TOGETHER = {
    "servers": ("tests/engines/", "tests/interop/test_dbt_cases.py"),
    "pages": ("tests/structure/test_pages.py", "tests/structure/test_readme.py"),
}


def place(nodeid: str) -> int:
    """The place of a test's file in the order."""
    return next((at for at, begins in enumerate(LONG) if nodeid.startswith(begins)), len(LONG))


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # the library has no types
    """By files, but those as one that share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        shared = (name for name, begins in _TOGETHER.items() if nodeid.startswith(begins))
        return next(shared, None) or super()._split_scope(nodeid)


def waits_for_the_night(item: pytest.Item) -> bool:
    """Whether it is one of the cases that Spark is given by night alone."""
    call = item.callspec if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    on_spark = call is not None and bool(_SPARK.intersection(map(str, call.params.values())))
    if not on_spark or call is None or not isinstance(item, pytest.Function):
        return False
    return item.originalname in _BY_NIGHT or any(call.indices.get(name, 0) % _ONE_IN for name in _CASES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long first."""
    if BY_DAY:
        left = {item for item in items if waits_for_the_night(item)}
        config.hook.pytest_deselected(items=[*left])
        items[:] = [item for item in items if item not in left]
    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Instead of the scheduler by files."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
