"""Names of a document as names of ours: letters, digits and '_', each once; and found again whatever their case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

_Thing = TypeVar("_Thing")


def slug(name: str, thing: str) -> str:
    """The name with '_' for what may not stand in one of ours; `thing` goes before a digit.

    >>> slug("Total sales ($)", "metric"), slug("2024 sales", "metric"), slug("销售额", "metric"), slug("%", "metric")
    ('Total_sales', 'metric_2024_sales', '销售额', 'metric')
    """
    if name.isidentifier():
        return name
    text = re.sub(r"\W+", "_", name).strip("_")
    if not text:
        return thing
    return text if text.isidentifier() else f"{thing}_{text}"


class Taken:
    """Hands out names that nothing else has, also not in another case."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._taken

    def give(self, wanted: str) -> str:
        """The name, with a number behind it where it is taken."""
        name, count = wanted, 1
        while name in self:
            count += 1
            name = f"{wanted}_{count}"
        self._taken.add(name.casefold())
        return name


def look_up(things: Mapping[str, _Thing], name: str) -> _Thing | None:
    """The thing of that name, else the one whose name differs in case only: names of a document are plain SQL names."""
    if name in things:
        return things[name]
    return next((thing for each, thing in things.items() if each.casefold() == name.casefold()), None)
