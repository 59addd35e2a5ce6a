"""The kinds of request, registered once: what each is for and how its parts are written for a model.

Tools, the reply's schema, the prompt and the accounting all read this table. A new kind of request is a line here, and
its pydantic model in the layer. Types are printed from the models themselves, so that they cannot drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from semantic_layer import (
    AllOf,
    AnyOf,
    CausesQuery,
    CohortQuery,
    Compare,
    Deed,
    ExplainQuery,
    FieldFilter,
    FollowsQuery,
    FunnelQuery,
    Having,
    LiftQuery,
    ListQuery,
    MeasuredColumn,
    MetricFilter,
    MetricQuery,
    NotOf,
    Order,
    PathQuery,
    Period,
    PlaybookQuery,
    ProfileQuery,
    Request,
)


@dataclass(frozen=True)
class RequestKind:
    """A kind of request. `name` is the reply's `answer`; `notes` are what its types do not say."""

    name: str
    model: type[Request]
    purpose: str
    notes: str


KINDS: tuple[RequestKind, ...] = (
    RequestKind(
        "metrics",
        MetricQuery,
        "metrics over groups, one row a group",
        "order_by, having: a metric, a group, or m__previous, m__change, m__change_pct, m__share, m__cumulative. "
        "keep: on group columns, applied after shares. limit_within: groups within each of which limit counts. "
        "subtotals: a row for each outer group and one of all, only where they are asked for.",
    ),
    RequestKind(
        "list",
        ListQuery,
        "customers one by one, by conditions",
        "customer_id and name are always shown. order_by: a column or a measured name. measured: a metric of each.",
    ),
    RequestKind(
        "cohort",
        CohortQuery,
        "cohorts by first event: the share that came back in each unit of time since, or what they brought",
        "period: which cohorts; since: [] is all. by: groups in place of the unit of the first event. measured: a sum "
        "or count in place of retention.",
    ),
    RequestKind(
        "funnel",
        FunnelQuery,
        "steps taken in order within a period",
        "by: a funnel for each group (a list: of several things). times: the median time of each step and of all.",
    ),
    RequestKind(
        "explain",
        ExplainQuery,
        "why a metric changed: its change taken apart over dimensions",
        "for why, reasons, drivers of a change. dimensions: [] looks at all. limit: how many dimensions are shown.",
    ),
    RequestKind(
        "follows",
        FollowsQuery,
        "what follows an event: the share after which a deed was done within so many days",
        "event, then.metric, did.metric: metrics that count what happens. period, filters: of the events. One of by (a "
        "dimension or field of the event; bands cut a number), those (conditions: against the others), did (a deed "
        "after the event). negated: not done. average: how often. times: with the days until it was done.",
    ),
    RequestKind(
        "lift",
        LiftQuery,
        "what a campaign did: its treatment arm against its control, with significance and incremental ROI",
        "trial: one of the model, '' its first. filters: which trials and people. by: one row a group. contrast: seen "
        "only where those who opened are set against those who did not, before where after is set against before. "
        "worst_first, limit: of groups, by their difference.",
    ),
    RequestKind(
        "paths",
        PathQuery,
        "what customers do next after an event, with how long until then",
        "event: a metric that counts what happens. among: [] is the model's own steps. within: days.",
    ),
    RequestKind(
        "causes",
        CausesQuery,
        "what those who left had met before, against those who stayed",
        "for why customers leave. metric: a transition such as churn_rate; or list: those on it today. Not both.",
    ),
    RequestKind(
        "profile",
        ProfileQuery,
        "one customer by id: all that is known, or what happened to them",
        "key: the id. part: facts, or timeline (with period, limit, offset).",
    ),
    RequestKind(
        "playbook",
        PlaybookQuery,
        "what to do for a group of customers",
        "list: a named list; or filters on a segment or stage. Neither: all playbooks.",
    ),
)
_PARTS: tuple[type[BaseModel], ...] = (
    FieldFilter,
    MetricFilter,
    AllOf,
    AnyOf,
    NotOf,
    Having,
    Order,
    Compare,
    MeasuredColumn,
    Deed,
)
_NOTES: dict[type[BaseModel], str] = {
    MetricFilter: "  // per: whose, customer unless said; top share: values [0.1] is the highest tenth",
}
_SHORT: dict[object, str] = {str: "string", int: "int", float: "number", bool: "bool", Period: "Period"}
# what only the service sets
_NOT_FOR_MODELS = frozenset({"kind", "origin", "fill"})


def kind_named(name: str) -> RequestKind | None:
    """The kind of that name."""
    return next((each for each in KINDS if each.name == name), None)


def kind_of(request: Request) -> RequestKind:
    """The kind that a request is of."""
    return next(each for each in KINDS if isinstance(request, each.model))


def requests_text() -> str:
    """How requests are written: one line a type, in the notation of TypeScript."""
    lines = [
        "Filter = FieldFilter | MetricFilter | {list: string} | {all: Filter[]} | {any: Filter[]} | {not: Filter}",
        "Period = words | {start?: date, end?: date (exclusive), grain?: day|week|month|quarter|year}"
        "  // as of a day: end alone",
    ]
    written = (each for each in _PARTS if each not in (AllOf, AnyOf, NotOf))
    lines += [f"{each.__name__} = {_type_text(each)}{_NOTES.get(each, '')}" for each in written]
    for kind in KINDS:
        lines.append(
            f"{kind.name} ({kind.purpose}) = {_type_text(kind.model)}" + (f"  // {kind.notes}" if kind.notes else "")
        )
    return "\n".join(lines)


def request_properties() -> dict[str, object]:
    """The parts of every kind merged into one plain JSON schema: no references, unions or recursion, which some
    servers do not take."""
    return dict(_merged(kind.model for kind in KINDS))


def _merged(models: Iterator[type[BaseModel]] | tuple[type[BaseModel], ...]) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for model in models:
        for name, field in model.model_fields.items():
            written = field.serialization_alias or name
            if written not in seen and name not in _NOT_FOR_MODELS:
                seen.add(written)
                yield written, _schema(field.annotation)


def _schema(annotation: object) -> dict[str, object]:
    """A loose schema of a type: what it is outside; the prompt says what is inside."""
    annotation = _bare(annotation)
    if get_origin(annotation) is tuple:
        inner = _bare(get_args(annotation)[0])
        plain = {str: "string", int: "integer", float: "number"}
        if isinstance(inner, type) and inner in plain:
            return {"type": "array", "items": {"type": plain[inner]}}
        return {"type": "array", "items": {"type": "object"}}
    if annotation is str or get_origin(annotation) is Literal:
        return {"type": "string"}
    if annotation in (int, bool):
        return {"type": "integer" if annotation is int else "boolean"}
    is_loose = annotation is Period or get_origin(annotation) in (Union, UnionType)
    return {} if is_loose else {"type": "object"}


def _type_text(model: type[BaseModel]) -> str:
    parts = []
    for name, field in model.model_fields.items():
        if name in _NOT_FOR_MODELS:
            continue
        default = f" = {field.default}" if field.default and isinstance(field.default, str | int) else ""
        parts.append(f"{name}{'' if field.is_required() else '?'}: {_written(field.annotation)}{default}")
    return "{" + ", ".join(parts) + "}"


def _bare(annotation: object) -> object:
    """A type without its annotations and without None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        kept = [each for each in get_args(annotation) if each is not NoneType]
        return _bare(kept[0]) if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007
    return annotation


def _written(annotation: object) -> str:
    annotation = _bare(annotation)
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        inner = _written(inside[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is Literal:
        return "|".join(f'"{each}"' if not str(each).isidentifier() else str(each) for each in inside)
    if origin in (Union, UnionType):
        forms = [_bare(each) for each in inside]
        if FieldFilter in forms:
            return "Filter"
        joined = all(get_origin(each) in (Literal, tuple) or each is str for each in forms)
        return "|".join(_written(each) for each in forms) if joined else "scalar"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.__name__
    return _SHORT.get(annotation, "scalar")
