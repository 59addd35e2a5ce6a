"""A request as plain data, written one way: what says the same in several ways, or follows from the rest, is left out.

request -> plain -> words of the network -> plain -> request with what follows from the rest
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, TypeAdapter

from chat_service.translate.meaning.named_only import with_named_only, without_named_only
from chat_service.translate.meaning.populations import population
from chat_service.translate.meaning.relations import structure_of
from semantic_layer import FieldFilter, ListQuery, MetricQuery, Model, Request, of_entity

_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
_UNSAID, _OF_ENTITY = frozenset({"origin", "show"}), frozenset({"entity", "per"})
_LISTS, _TABLE = frozenset({"filters", "having", "keep"}), frozenset({"metrics", "group_by"})
_OPPOSITES = {"=": "!=", "in": "not in", "is not null": "is null", ">": "<=", "<=": ">", ">=": "<", "<": ">="}
_PARTS, _OF_GROUPS = ("filters", "metrics", "group_by"), frozenset({"order_by", "limit", "limit_within"})


def plain(request: Request, model: Model) -> dict[str, Any]:
    """The request without its defaults, its usual columns, what follows from the rest, and the entity that is meant
    where none is said."""
    if isinstance(request, ListQuery):
        usual = {_short(each) for each in _usual_columns(request, model)}
        asked = tuple(each for each in request.columns if _short(each) not in usual)
        request = request.model_copy(update={"columns": asked})
    if isinstance(request, MetricQuery):
        request = without_named_only(request, model)
    written = request.model_dump(mode="json", exclude_defaults=True)
    found = {name: _one_way(part, model) for name, part in written.items() if name not in _UNSAID}
    return _said({**found, "kind": request.kind}, model)


def request_of(written: Mapping[str, Any], model: Model) -> Request:
    """The request of plain data, with its usual columns, a row for each value compared, and what follows from the rest.
    Raises ValidationError."""
    said = _one_way(dict(written), model)
    request = of_entity(_REQUEST.validate_python(said), next(iter(model.entities), ""))
    if isinstance(request, ListQuery):
        columns = dict.fromkeys((*_usual_columns(request, model), *request.columns))
        return request.model_copy(update={"columns": tuple(columns)})
    if isinstance(request, MetricQuery):
        several = (each for each in request.filters if isinstance(each, FieldFilter) and each.op == "in")
        request = request.model_copy(update={"show": tuple(each for each in several if each.field in request.group_by)})
        return with_named_only(request, model)
    return request


def is_same(one: Request, other: Request, model: Model, *, ordered: bool = True) -> bool:
    """Whether two requests ask for the same, but for what a list shows beside: of that the first may have more. Without
    `ordered` what is shown whole may stand in any order."""
    if isinstance(one, ListQuery) and isinstance(other, ListQuery):
        shown, asked = (set(plain(each, model).get("columns", ())) for each in (one, other))
        if not asked <= shown:
            return False
    first, last = _core(one, model), _core(other, model)
    if not ordered and "limit" not in first and "limit_within" not in first:
        first, last = ({**each, "order_by": []} for each in (first, last))
    return first == last


def keeps_to(one: Request, other: Request, model: Model) -> bool:
    """Whether every condition of the second request is one of the first as well."""
    conditions = _core(one, model).get("filters", [])
    return all(each in conditions for each in _core(other, model).get("filters", []))


def is_against(one: Request, other: Request, model: Model) -> bool:
    """Whether a request holds the opposite of a condition of another that denies or compares: the north, where all but
    the north are meant."""
    first, last = (_core(each, model).get("filters", []) for each in (one, other))
    return any({**a, "op": ""} == {**b, "op": ""} and _is_opposite(a, b) for a in first for b in last)


def _is_opposite(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _OPPOSITES.get(str(one.get("op", "="))) == str(other.get("op", "="))


def is_less(one: Request, other: Request, model: Model) -> bool:
    """Whether a request asks for the same as another without some of its conditions, measures or groups."""
    first, last = _core(one, model), _core(other, model)
    parts = [(first.pop(name, []), last.pop(name, [])) for name in _PARTS]
    if any(each not in all_ for some, all_ in parts for each in some) or all(len(a) == len(b) for a, b in parts):
        return False
    fewer, groups = parts[-1]
    if len(fewer) < len(groups):  # how groups are ordered and cut goes with them
        first, last = (
            {name: each for name, each in parts.items() if name not in _OF_GROUPS} for parts in (first, last)
        )
    return first == last


def _short(column: str) -> str:
    return column.rpartition(".")[2]


def _core(request: Request, model: Model) -> dict[str, Any]:
    """What is asked for, in whatever order; of what a list shows beside, that which it is sorted by. Before a year is a
    year earlier. The first so many are of the first measure where no order is told."""
    found = plain(request, model)
    if isinstance(request, MetricQuery):
        found["metrics"] = [name for at, name in enumerate(request.metrics) if not _is_beside(name, at, request, model)]
        of_year = request.period is not None and request.period.grain == "year"
        if of_year and request.compare is not None and request.compare.to == "previous":
            found["compare"] = {**found["compare"], "to": "year"}
    if isinstance(request, ListQuery):
        found.pop("columns", None)
        shown = {str(each.pop("name", "")): each for each in found.pop("measured", ())}
        found["order_by"] = [
            {**each, "column": shown.get(str(each["column"]), each["column"])} for each in found.get("order_by", ())
        ]
    lists = _LISTS if "limit" in found and not found.get("order_by") else _LISTS | _TABLE
    return {name: _by_ends(sorted(part, key=repr) if name in lists else part) for name, part in found.items()}


def _is_beside(name: str, at: int, request: MetricQuery, model: Model) -> bool:
    """Whether a metric is shown beside one that stands before it."""
    before = (model.metrics[each].definition for each in request.metrics[:at] if each in model.metrics)
    return any(name in each.beside for each in before)


def _by_ends(part: JsonValue) -> JsonValue:
    """With periods told by their ends alone."""
    if isinstance(part, list):
        return [_by_ends(each) for each in part]
    if not isinstance(part, dict):
        return part
    days = "start" in part or "end" in part
    return {name: _by_ends(each) for name, each in part.items() if not (days and name == "grain")}


def _usual_columns(request: ListQuery, model: Model) -> tuple[str, ...]:
    """What a list shows unasked: what each of its entity does, what its conditions are on, what its population does."""
    name = request.entity or next(iter(model.entities), "")
    entity, listed = model.entities.get(name), population(request.model_copy(update={"entity": name}), model)
    fields = (each.field for each in request.filters if isinstance(each, FieldFilter))
    own, theirs = entity.list_columns if entity is not None else (), listed.columns if listed is not None else ()
    return (*own, *fields, *theirs)


def _one_way(part: JsonValue, model: Model) -> JsonValue:
    if isinstance(part, list):
        return [_one_way(each, model) for each in part]
    if not isinstance(part, dict):
        return part
    return _said({name: _one_way(each, model) for name, each in part.items() if name not in _UNSAID}, model)


def _said(part: dict[str, Any], model: Model) -> dict[str, Any]:
    """A part without the entity that is meant anyway; one of a thing or more of it as more than none, less as none; in
    the next so many days as from tomorrow on."""
    first = next(iter(model.entities), "")
    part = {name: each for name, each in part.items() if not (name in _OF_ENTITY and each == first)}
    if part.get("op") == "<=" and part.get("field") in structure_of(model).ahead:
        return {**part, "op": "between", "values": [1, *part["values"]]}
    metric = model.metrics.get(str(part.get("metric")))
    if metric is not None and metric.definition.unit == "count" and part.get("values") == [1]:
        as_none = {">=": ">", "<": "="}.get(str(part.get("op")))
        return part if as_none is None else {**part, "op": as_none, "values": [0]}
    return part


__all__ = ["is_against", "is_less", "is_same", "keeps_to", "plain", "request_of"]
