"""What is told where something cannot be bound: the ways in doubt, roles to choose from, what else there is.

The one ladder from what binding raises (`NOT_BOUND`) to the problem of the request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from semantic_layer.errors import Problem
from semantic_layer.model.date_parts import TimePartError
from semantic_layer.model.joins import written
from semantic_layer.model.lookup import policy_field
from semantic_layer.model.model import Field, Metric, Model, Step
from semantic_layer.query.problems import AmbiguousPath, MissingTable, NeedsRole, Unreachable, WrongType
from semantic_layer.query.reader_problems import FieldWithheld, PolicyMissesRole
from semantic_layer.query.requests import FieldFilter
from semantic_layer.query.time_problems import GrainTooFine, NoEvent
from semantic_layer.resolve.binding import MissingColumnError, UnbindableError, WithheldError
from semantic_layer.resolve.filters import BadValueError

NotBound = UnbindableError | MissingColumnError | WithheldError | TimePartError | BadValueError
NOT_BOUND = (UnbindableError, MissingColumnError, WithheldError, TimePartError, BadValueError)


def not_bound(error: NotBound, part: str, owner: str | Metric, model: Model) -> Problem:
    """The problem of what could not be bound; `owner` is the metric or entity that is asked about."""
    name = owner if isinstance(owner, str) else owner.name
    match error:
        case UnbindableError():
            return _unreached(error, part, name, owner, model)
        case MissingColumnError():
            return MissingTable(part, name, (f"{error.dataset}.{error.column}",))
        case WithheldError():
            return FieldWithheld(part, error.field)
        case TimePartError():
            return GrainTooFine(part, error.part, error.field) if error.field else NoEvent(part, name, error.part)
        case BadValueError():
            return WrongType("filters", error.field_name, error.type_name, str(error.value))


def _unreached(error: UnbindableError, part: str, name: str, owner: str | Metric, model: Model) -> Problem:
    """The problem of a dimension or dataset that rows do not lead to; of a metric, with what there is instead."""
    if error.ways:
        return AmbiguousPath(part, name, error.target, tuple(written(way) for way in error.ways))
    roles = tuple(_roles(error, model))
    if roles:
        return NeedsRole(part, name, error.target, roles)
    if isinstance(owner, str):
        return Unreachable(part, name, error.target)
    possible = tuple(each for each in model.dimensions if model.can_group(name, each))
    dimension = model.dimensions.get(error.target)
    reach = {error.target} | ({each.dataset for each in dimension.fields} if dimension is not None else set())
    behind = reach | {each for each, paths in model.paths.items() if reach & set(paths)}
    # lines stand behind products: what counts them can be asked about products
    instead = next((each.metric for each in owner.definition.instead if each.dataset in behind), None)
    return Unreachable(part, name, error.target, possible, instead)


def _roles(error: UnbindableError, model: Model) -> Iterator[str]:
    """What the rows have in place of the target, in the roles of its dataset."""
    reached = {error.dataset, *model.paths.get(error.dataset, {})}
    yield from (name for name in sorted(reached) if model.datasets[name].role_of == error.target)
    for name in model.in_roles(error.target):
        home = model.dimensions[name].home if name in model.dimensions else model.keys[name][0]
        if home.dataset in reached:
            yield name


def policies_that_miss(
    dataset: str, steps: Iterable[Step], policies: Collection[FieldFilter], model: Model, part: str
) -> Iterator[Problem]:
    """A role that rows are told about though the reader's policies say nothing of it: one problem each.

    A policy is about the rows that its path leads to. Where it is about users, it is not about the guest of a
    booking, who is a user too; so a query may show a role only to those whose policies speak of it, or of none that
    its base has.
    """
    read = {dataset, *(step.target for step in steps)}
    for role in sorted(name for name in read if model.datasets[name].role_of is not None):
        base = model.datasets[role].role_of or ""
        concerned = [each.field for each in policies if policy_field(model, each.field, base) is not None]
        bound = [policy_field(model, each.field, dataset) for each in policies]
        is_met = any(field is not None and _leads_through(role, dataset, field, model) for field in bound)
        if concerned and not is_met:
            yield PolicyMissesRole(part, role, base, concerned[0])


def _leads_through(role: str, dataset: str, field: Field, model: Model) -> bool:
    way = model.paths.get(dataset, {}).get(field.dataset, ())
    return role in (dataset, field.dataset) or any(step.target == role for step in way)
