"""What can go wrong with a database while it is asked: for the operator, or for the asker to ask less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import EngineProblem


@dataclass(frozen=True)
class DatabaseMissing(EngineProblem):
    """There is no file or server where the database should be."""

    code: ClassVar[str] = "database_missing"
    path: str

    @property
    def message(self) -> str:
        return f"There is no database at '{self.path}'. Make the demo with `huitou demo`, or name yours with --db."


@dataclass(frozen=True)
class DatabaseUnreadable(EngineProblem):
    """The file is there but is not a database, is damaged, or is locked by a writer."""

    code: ClassVar[str] = "database_unreadable"
    path: str
    reason: str

    @property
    def message(self) -> str:
        return f"The database '{self.path}' cannot be read: {self.reason}"


@dataclass(frozen=True)
class QueryTimeout(EngineProblem):
    """The statement ran longer than allowed."""

    code: ClassVar[str] = "query_timeout"
    timeout_seconds: float

    @property
    def message(self) -> str:
        return (
            f"The query was stopped after {self.timeout_seconds:g} seconds. Ask for a shorter period or fewer groups."
        )


@dataclass(frozen=True)
class QueryCancelled(EngineProblem):
    """Somebody stopped the statement."""

    code: ClassVar[str] = "query_cancelled"

    @property
    def message(self) -> str:
        return "The query was cancelled."


@dataclass(frozen=True)
class OutOfMemory(EngineProblem):
    """The statement needed more memory than allowed."""

    code: ClassVar[str] = "out_of_memory"
    limit: str

    @property
    def message(self) -> str:
        return f"The query needs more memory than the limit of {self.limit}. Ask for a shorter period or fewer groups."


@dataclass(frozen=True)
class StatementFailed(EngineProblem):
    """The database refused the statement: a definition does not fit the tables."""

    code: ClassVar[str] = "statement_failed"
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The database could not run the query: {self.reason}. `huitou validate --db` checks the model against it."
        )
