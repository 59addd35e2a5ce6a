"""Every problem as data: a stable code, typed fields and one sentence made from them.

Families by who must act: `DefinitionProblem` (an analyst fixes the YAML), `QueryProblem` (the asker rephrases),
`EngineProblem` (wait, or ask less). A stage collects all of its problems and raises once. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rapidfuzz import fuzz, process

_CUTOFF = 60.0


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Subclasses set `code` and make `message` from their fields."""

    code: ClassVar[str] = "problem"

    @property
    def message(self) -> str:
        """One English sentence: what is wrong, quoting the user's word; nearest right names; what to do."""
        raise AssertionError(f"{type(self).__name__} states no message")

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class DefinitionProblem(Problem):
    """A mistake in the model's files. `where` is `file:line`, or the part of a definition built in memory."""

    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.code}]"


@dataclass(frozen=True)
class QueryProblem(Problem):
    """A request that the model cannot answer as it stands. `part` names the query's part, such as `group_by[1]`."""

    part: str


@dataclass(frozen=True)
class EngineProblem(Problem):
    """The database could not run the query: missing, broken, too slow, too large."""


class HuitouError(Exception):
    """Raised once a stage, with all of its problems."""

    problems: tuple[Problem, ...]

    def __init__(self, *problems: Problem) -> None:
        assert problems, "an error carries at least one problem"
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class DefinitionsError(HuitouError):
    """The model's files are wrong: for the analyst."""


class QueryError(HuitouError):
    """The request does not fit the model: for the asker."""


class EngineError(HuitouError):
    """The database failed: for the operator, or for the asker to ask less."""


def suggestion(nearest: tuple[str, ...]) -> str:
    """The tail of a sentence that offers the nearest right names, or nothing.

    >>> suggestion(("revenue", "refunds"))
    " Did you mean 'revenue' or 'refunds'?"
    >>> suggestion(())
    ''
    """
    if not nearest:
        return ""
    return " Did you mean " + " or ".join(f"'{name}'" for name in nearest) + "?"


def nearest(word: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` names that look like `word` whatever their case, best first, ties in order of name.

    >>> nearest("reveune", ["revenue", "orders", "refunds"])
    ('revenue',)
    >>> nearest("weather", ["revenue", "orders"])
    ()
    """
    known = sorted(set(names))
    found = process.extract(word, known, scorer=fuzz.ratio, processor=str.lower, limit=limit, score_cutoff=_CUTOFF)
    return tuple(name for name, _, _ in found)
