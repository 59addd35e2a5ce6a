"""A request on its way from what was asked to what is run."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.query.cautions import Caution
from semantic_layer.query.reader import ANONYMOUS, Reader
from semantic_layer.query.requests import MetricQuery, Request
from semantic_layer.query.result import Column, ResultTable
from semantic_layer.resolve.resolved import Resolved
from semantic_layer.resolve.shown import AppliedFilter
from semantic_layer.time.periods import Period


@dataclass(frozen=True, eq=False)
class Prepared:
    """A request compiled for one engine: what will be run and how it was understood. `policies` are those of the model
    that limit the rows behind it; `known` is the result where it was computed before. `levels` tell its subtotals, the
    whole first."""

    request: Request
    resolved: Resolved
    statement: exp.Select
    own_sql: str
    dialect: str
    columns: tuple[Column, ...]
    filters: tuple[AppliedFilter, ...]
    period: Period | None
    previous_period: Period | None
    cautions: tuple[Caution, ...] = ()
    reader: Reader = ANONYMOUS
    policies: tuple[str, ...] = ()
    own_rollups: tuple[str, ...] = ()
    known: ResultTable | None = None
    key: tuple[object, ...] | None = None
    levels: tuple[Prepared, ...] = ()

    @property
    def sql(self) -> str:
        """All that is run: one statement, and one for each level of subtotals."""
        return ";\n\n".join((self.own_sql, *(each.sql for each in self.levels)))

    @property
    def rollups(self) -> tuple[str, ...]:
        """What was computed beforehand and is read in place of rows."""
        return tuple(sorted({*self.own_rollups, *(name for each in self.levels for name in each.rollups)}))

    @property
    def unlimited(self) -> exp.Select:
        """The statement without the limit of rows that are fetched."""
        found = self.statement.copy()
        found.set("limit", None)
        return found

    def is_cut_short(self, shown: int, total: int) -> bool:
        """Whether rows are missing that the asker did not ask to leave out."""
        if isinstance(self.request, MetricQuery) and self.request.limit is not None:
            return False
        return shown < total
