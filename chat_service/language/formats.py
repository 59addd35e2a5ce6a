"""Patterns of a kind each, tried in order at a place of a text, with what their groups said. Knows no words.

A pattern may name parts in capitals; groups have the same names in all of them (`(?P<y>...)` is a year everywhere).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_GROUP = re.compile(r"\(\?P(<|=)(\w+)")


def joined_lines(pattern: str) -> str:
    """A pattern that a file breaks over lines, each with a backslash at its end."""
    return pattern.strip("\n").replace("\\\n", "")


class Said(NamedTuple):
    """What was found: its kind, where it stands, and the groups that matched."""

    kind: str
    start: int
    end: int
    groups: Mapping[str, str]


class Formats:
    """One pattern made of all; the groups of each are told apart by its number.

    >>> formats = Formats([("quarter", "q(?P<n>DIGIT)"), ("half", "h(?P<n>DIGIT)")], {"DIGIT": "[1-4]"})
    >>> formats.search("sales of h2", 0)
    Said(kind='half', start=9, end=11, groups={'n': '2'})
    """

    def __init__(self, rows: Iterable[tuple[str, str]], parts: Mapping[str, str]) -> None:
        self._kinds: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        part, patterns = re.compile("|".join(parts)), []
        for index, (kind, row) in enumerate(rows):
            pattern = row
            while part.search(pattern):
                pattern = part.sub(lambda match: parts[match.group()], pattern)
            pattern = joined_lines(pattern)
            groups = sorted({match[2] for match in _GROUP.finditer(pattern)})
            self._kinds[f"f{index}"] = (kind, [(group, f"f{index}_{group}") for group in groups])
            own = _GROUP.sub(rf"(?P\1f{index}_\2", pattern)
            patterns.append(f"(?P<f{index}>{own})")
        self._pattern = re.compile("|".join(patterns))

    def match(self, text: str, at: int) -> Said | None:
        """What stands there."""
        return self._said(self._pattern.match(text, at))

    def search(self, text: str, at: int) -> Said | None:
        """The first from there on."""
        return self._said(self._pattern.search(text, at))

    def _said(self, match: re.Match[str] | None) -> Said | None:
        if match is None or match.lastgroup is None:
            return None
        kind, groups = self._kinds[match.lastgroup]
        said = {name: value for name, group in groups if (value := match[group]) is not None}
        return Said(kind, match.start(), match.end(), said)
