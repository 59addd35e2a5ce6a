"""Filters of queries on single rows, by hand in three values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from semantic_layer.query.requests import AllOf, AnyOf, FieldFilter, Filter, ListFilter, MetricFilter, NotOf
from semantic_layer.query.result import Value
from semantic_layer.time.periods import Period
from tests.generated.company import Company, ListSpec, Row
from tests.generated.conditions import Ref, is_less, same_value
from tests.generated.reach import Reach

OfEntities = Callable[[str, Period | None, tuple[Filter, ...], str], dict[tuple[Value, ...], Value]]
EmptyOf = Callable[[str], Value]


@dataclass(frozen=True)
class Meets:
    """Says of a row whether it meets a filter; None is unknown. `of_entities` gives each entity's own value."""

    company: Company
    reach: Reach
    of_entities: OfEntities
    empty_of: EmptyOf
    _known: dict[int, tuple[MetricFilter, dict[tuple[Value, ...], Value]]] = field(default_factory=dict)

    def __call__(self, condition: Filter, dataset: str, row: Row) -> bool | None:
        """Whether the row meets the condition."""
        match condition:
            case FieldFilter():
                return self._field(condition, dataset, row)
            case MetricFilter():
                return self._behaviour(condition, dataset, row)
            case AllOf():
                found = [self(each, dataset, row) for each in condition.all]
                return False if False in found else (None if None in found else True)
            case AnyOf():
                found = [self(each, dataset, row) for each in condition.any]
                return True if True in found else (None if None in found else False)
            case ListFilter():
                return self.is_on(self.company.listed[condition.list], dataset, row)
            case NotOf():
                return self(condition.negated, dataset, row) is not True

    def is_on(self, listed: ListSpec, dataset: str, row: Row) -> bool:
        """Whether the entity that a row belongs to is on the list."""
        home, ref = listed.entity.dataset, listed.ref
        way = self.reach.way(dataset, home)
        assert way is not None, "asked of datasets that know the entity"
        if ref is not None:
            there = self.reach.row_there(row, way)
            if there is None or self.reach.value(home, there, ref) not in listed.values:
                return False
        return listed.behaviour is None or self._behaviour(listed.behaviour, dataset, row) is True

    def _field(self, condition: FieldFilter, dataset: str, row: Row) -> bool | None:
        name = condition.field
        for entity in self.company.entities:
            if entity.key == name:
                # the entity itself, as filters read it: its own row's key
                ref: Ref | None = Ref(entity.dataset, entity.key)
                break
        else:
            ref = Ref(*name.split(".")) if "." in name else self.reach.carrier(dataset, name)
        assert ref is not None, f"{dataset} sees {name}"
        return meets(self.reach.value(dataset, row, ref), condition)

    def _behaviour(self, condition: MetricFilter, dataset: str, row: Row) -> bool | None:
        entity = next(each for each in self.company.entities if each.name == condition.per or not condition.per)
        key = self.reach.key(dataset, row, entity)
        if key is None:
            return None
        if id(condition) not in self._known:
            values = self.of_entities(condition.metric, condition.period, condition.filters, entity.key)
            self._known[id(condition)] = condition, values
        value = self._known[id(condition)][1].get((key,), self.empty_of(condition.metric))
        return isinstance(value, int | float) and compares(value, condition.op, condition.values)


def speaks_of_behaviour(condition: Filter, company: Company) -> bool:
    """Whether the filter holds one on an entity's own metric."""
    match condition:
        case AllOf():
            return any(speaks_of_behaviour(each, company) for each in condition.all)
        case AnyOf():
            return any(speaks_of_behaviour(each, company) for each in condition.any)
        case NotOf():
            return speaks_of_behaviour(condition.negated, company)
        case ListFilter():
            return company.listed[condition.list].behaviour is not None
        case _:
            return isinstance(condition, MetricFilter)


def compares(value: float, op: str, values: tuple[float, ...]) -> bool:
    """Whether a number meets a condition."""
    match op:
        case "=":
            return value == values[0]
        case "!=":
            return value != values[0]
        case "<":
            return value < values[0]
        case "<=":
            return value <= values[0]
        case ">":
            return value > values[0]
        case ">=":
            return value >= values[0]
        case _:
            return values[0] <= value <= values[1]


def meets(value: Value, condition: FieldFilter) -> bool | None:
    """Whether a value meets a condition; None is unknown. Times are compared with days, and so by their day."""
    if isinstance(value, datetime):
        value = value.date()
    match condition.op:
        case "is null":
            return value is None
        case "is not null":
            return value is not None
        case "!=" | "not in" | "not contains" if value is None:
            return True
    if value is None:
        return None
    others = [_like(value, each) for each in condition.values]
    return _is_one_of(value, condition.op, others) if condition.op in _LISTS else _compared(value, condition.op, others)


_LISTS = ("=", "in", "!=", "not in")


def _is_one_of(value: Value, op: str, others: list[Value]) -> bool:
    return any(same_value(value, each) for each in others) == (op in ("=", "in"))


def _compared(value: Value, op: str, others: list[Value]) -> bool:
    match op:
        case "<":
            return is_less(value, others[0])
        case ">":
            return is_less(others[0], value)
        case "<=":
            return not is_less(others[0], value)
        case ">=":
            return not is_less(value, others[0])
        case "between":
            return not is_less(value, others[0]) and not is_less(others[1], value)
    text, part = str(value).lower(), str(others[0]).lower()
    match op:
        case "contains":
            return part in text
        case "not contains":
            return part not in text
        case "starts with":
            return text.startswith(part)
        case _:
            return text.endswith(part)


def _like(value: Value, other: Value) -> Value:
    return date.fromisoformat(other) if isinstance(value, date) and isinstance(other, str) else other
