"""Conditions of definitions on single rows: the SQL that the model holds, and their truth by hand in three values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from semantic_layer.query.result import Value

RowOperator = Literal["=", "<>", "<", ">=", "IN", "IS NULL", "IS NOT NULL"]
PARAMETERS = ("$as_of", "$bucket_start", "$bucket_end", "$big")


@dataclass(frozen=True)
class Ref:
    """A field of a dataset."""

    dataset: str
    field: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.field}"

    def sql(self, home: str) -> str:
        """As definitions over rows of `home` write it."""
        return f'"{self.field}"' if self.dataset == home else f'"{self.dataset}"."{self.field}"'


ValueOf = Callable[[Ref], Value]
Given = Mapping[str, Value]


@dataclass(frozen=True)
class Condition:
    """A comparison of a field. A value that begins with `$` is a parameter."""

    ref: Ref
    op: RowOperator
    values: tuple[Value, ...] = ()

    def sql(self, home: str) -> str:
        """As a definition over rows of `home` writes it."""
        left = self.ref.sql(home)
        match self.op:
            case "IS NULL" | "IS NOT NULL":
                return f"{left} {self.op}"
            case "IN":
                return f"{left} IN ({', '.join(_literal(value) for value in self.values)})"
        return f"{left} {self.op} {_literal(self.values[0])}"

    def truth(self, value_of: ValueOf, given: Given) -> bool | None:
        """Whether a row meets it; None is unknown."""
        value = value_of(self.ref)
        if self.op == "IS NULL":
            return value is None
        if self.op == "IS NOT NULL":
            return value is not None
        if value is None:
            return None
        others = [given[each] if isinstance(each, str) and each in PARAMETERS else each for each in self.values]
        match self.op:
            case "=":
                return same_value(value, others[0])
            case "<>":
                return not same_value(value, others[0])
            case "IN":
                return any(same_value(value, each) for each in others)
            case "<":
                return is_less(value, others[0])
            case _:
                return not is_less(value, others[0])


@dataclass(frozen=True)
class Junction:
    """Conditions that all hold, or any of which does, or not."""

    parts: tuple[Condition, ...]
    word: Literal["AND", "OR"] = "AND"
    negated: bool = False

    def sql(self, home: str) -> str:
        """As a definition over rows of `home` writes it."""
        text = f" {self.word} ".join(each.sql(home) for each in self.parts)
        return f"NOT ({text})" if self.negated else text

    def truth(self, value_of: ValueOf, given: Given) -> bool | None:
        """Whether a row meets it; None is unknown."""
        found = [each.truth(value_of, given) for each in self.parts]
        decided = self.word == "OR"
        whole = decided if decided in found else (None if None in found else not decided)
        return not whole if self.negated and whole is not None else whole

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The fields that it speaks of."""
        return tuple(each.ref for each in self.parts)


def as_instant(value: Value) -> datetime:
    """A date or timestamp on one scale: a date is its first instant."""
    if isinstance(value, datetime):
        return value
    assert isinstance(value, date)
    return datetime.combine(value, time())


def is_less(one: Value, other: Value) -> bool:
    """Order within one type."""
    if isinstance(one, date) or isinstance(other, date):
        return as_instant(_day(one)) < as_instant(_day(other))
    return one < other  # type: ignore[operator]


def same_value(one: Value, other: Value) -> bool:
    """Equality within one type; a date and its first instant are the same."""
    if isinstance(one, date) or isinstance(other, date):
        return as_instant(_day(one)) == as_instant(_day(other))
    return one == other


def _day(value: Value) -> Value:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _literal(value: Value) -> str:
    if isinstance(value, str) and value in PARAMETERS:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)
