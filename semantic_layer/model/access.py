"""What definitions say of readers: the attributes in a policy's condition, and which fields a field rule is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.model.definitions import FieldRule
from semantic_layer.model.model import Dataset, Dimension, Field

READER = "reader"
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def attributes_in(tree: exp.Expr) -> Iterator[exp.Column]:
    """The places where a condition speaks of what is known of the reader: `reader.region`."""
    yield from (each for each in tree.find_all(exp.Column) if each.table.lower() == READER)


def compared_with(attribute: exp.Column) -> exp.Column | None:
    """The field that a reader's attribute is compared with; None where it stands in no comparison with one."""
    above = attribute.parent
    other: object = None
    if isinstance(above, _COMPARISONS):
        other = above.expression if above.this is attribute else above.this
    elif isinstance(above, exp.In) and above.this is not attribute:
        other = above.this
    is_field = isinstance(other, exp.Column) and other.table.lower() != READER
    return other if isinstance(other, exp.Column) and is_field else None


def ruled_fields(
    rules: Iterable[FieldRule], datasets: Mapping[str, Dataset], dimensions: Mapping[str, Dimension]
) -> Mapping[str, tuple[FieldRule, ...]]:
    """The rules of each field that has some: its own, else those of what it is the same as or reads."""
    given: dict[str, tuple[FieldRule, ...]] = {}
    for rule in rules:
        for name in rule.fields:
            given[name] = (*given.get(name, ()), rule)
    if not given:
        return MappingProxyType({})
    found = {name: own for name, own in given.items() if any(each.show != "clear" for each in own)}
    fields = {field.qualified: field for dataset in datasets.values() for field in dataset.fields.values()}
    reads = {name: _stands_on(field, datasets, dimensions) for name, field in fields.items()}
    is_growing = bool(found)
    while is_growing:
        is_growing = False
        for name in fields:
            taken = tuple(dict.fromkeys(rule for each in reads[name] for rule in found.get(each, ())))
            known = found.get(name, ())
            if name not in given and set(taken) - set(known):
                found[name] = tuple(dict.fromkeys((*known, *taken)))
                is_growing = True
    return MappingProxyType(found)


def _stands_on(field: Field, datasets: Mapping[str, Dataset], dimensions: Mapping[str, Dimension]) -> set[str]:
    """The fields whose values a field tells: those that it reads, those of the same column or dimension, of a role its
    base's."""
    home = datasets[field.dataset]
    found = {f"{home.role_of}.{field.name}"} if home.role_of is not None else set[str]()
    found |= {
        each.qualified for dimension in dimensions.values() if field in dimension.fields for each in dimension.fields
    }
    own: set[str] = set()
    for column in field.expression.find_all(exp.Column):
        if column.table:
            found.add(f"{column.table}.{column.name}")
        else:
            own.add(column.name.lower())
    for other in datasets.values():
        columns = own if _same_rows(home, other) else _told_by(home, other, own)
        found |= {each.qualified for each in other.fields.values() if _is_column(each, columns)}
    return found - {field.qualified}


def _same_rows(one: Dataset, other: Dataset) -> bool:
    mine, its = one.definition.table, other.definition.table
    return one.name == other.name or (mine is not None and its is not None and same_table(mine, its))


def same_table(one: str, other: str) -> bool:
    """Whether two names may be of one table: alike as far as both say where it is.

    >>> same_table("main.orders", "ORDERS"), same_table("a.orders", "b.orders")
    (True, False)
    """
    left, right = (name.replace('"', "").lower().split(".")[::-1] for name in (one, other))
    return all(a == b for a, b in zip(left, right, strict=False))


def _is_column(field: Field, columns: set[str]) -> bool:
    return (
        isinstance(field.expression, exp.Column)
        and not field.expression.table
        and field.expression.name.lower() in columns
    )


def _told_by(home: Dataset, other: Dataset, columns: set[str]) -> set[str]:
    """The columns of another dataset's table that columns of a query over it may tell: followed by their names, so
    rather too many than too few."""
    table = other.definition.table
    if home.source is None or table is None or not any(same_table(table, each) for each in home.requires):
        return set()
    told = set(columns)
    is_growing = True
    while is_growing:
        size = len(told)
        for output in home.source.find_all(exp.Alias):
            if output.alias.lower() in told:
                told |= {column.name.lower() for column in output.find_all(exp.Column)}
        is_growing = len(told) > size
    return told
