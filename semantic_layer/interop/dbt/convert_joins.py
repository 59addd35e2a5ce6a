"""dbt's joins by entities to relationships of ours: partitions are joined too, versions by their interval, and a model
that another finds under several entities stands in a role for each but the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.interop.dbt.convert_names import column_of, grained_field, usual_time
from semantic_layer.interop.dbt.problems import NotCarriedOver
from semantic_layer.interop.dbt.project import DbtProject, Entity, SemanticModel
from semantic_layer.interop.dbt.reach import Hop, joins_safely
from semantic_layer.model.definitions import DatasetDefinition, RelationshipDefinition


@dataclass
class Joined:
    """The relationships and roles of a project; `targets` are the datasets that its hops lead to, `where` the places
    of the entities behind relationships, by their ends. One conversion, one use."""

    relationships: list[RelationshipDefinition] = field(default_factory=list)
    roles: list[DatasetDefinition] = field(default_factory=list)
    targets: dict[Hop, str] = field(default_factory=dict)
    where: dict[tuple[str, str], str] = field(default_factory=dict)


def convert_joins(project: DbtProject, problems: list[DefinitionProblem]) -> Joined:
    """The joins of a project by which rows do not multiply; what cannot be said is added to `problems`."""
    joined = Joined()
    for left in project.models.values():
        for hop, one, other in _hops(left, project):
            if hop in joined.targets:
                continue  # the other direction of a join of one to one
            right = project.models[hop.right]
            found = _columns(left, right, one, other)
            reason = found if isinstance(found, Phrase) else _unversioned(project, left, right)
            if not isinstance(found, Phrase) and reason is None:
                _join(joined, project, hop, found, is_one_to_one=_is_one_to_one(left, right, hop.entity))
                joined.where[left.name, joined.targets[hop]] = one.where
            elif reason is not None:
                problems.append(NotCarriedOver(one.where, join_of(left.name, right.name, one.name), reason))
    return joined


def _hops(left: SemanticModel, project: DbtProject) -> Iterator[tuple[Hop, Entity, Entity]]:
    """The joins from a model; those to a model's primary entity come first, so that it is met under its own name."""
    found = [
        (Hop(one.name, left.name, right.name), one, right.entity[one.name])
        for one in left.entities
        for right in project.models.values()
        if right is not left and one.name in right.entity and joins_safely(one, right)
    ]
    yield from sorted(found, key=lambda each: each[2].kind not in ("primary", "natural"))


def join_of(left: str, right: str, entity: str) -> Phrase:
    """What problems call a join."""
    return Phrase(f"“{left}”按“{entity}”到“{right}”的连接", f"the join of '{left}' to '{right}' by '{entity}'")


def _columns(left: SemanticModel, right: SemanticModel, one: Entity, other: Entity) -> dict[str, str] | Phrase:
    """The columns that are equal, or why they cannot be told."""
    pairs = [(one.expr, other.expr)]
    for partition in right.partitions:
        own = left.dimension.get(partition.name)
        if own is None or not own.is_partition or own.grain != partition.grain:
            return Phrase(
                f"“{right.name}”的行属于某个分区，而“{left.name}”不知道是哪个",
                f"rows of '{right.name}' are of a partition, which '{left.name}' does not know",
            )
        pairs.append((own.expr, partition.expr))
    columns = {column_of(a): column_of(b) for a, b in pairs}
    if None in columns or None in columns.values():
        return Phrase("我们的关系按列连接", "our relationships are by columns")
    return {str(a): str(b) for a, b in columns.items()}


def _unversioned(project: DbtProject, left: SemanticModel, right: SemanticModel) -> Phrase | None:
    """Why the version of a row cannot be found, None if it can or there are none."""
    starts = right.validity("start")
    if starts is None:
        return None
    time = left.dimension.get(usual_time(project, left) or "")
    if time is None:
        return Phrase(
            f"“{right.name}”的版本按指标的时间来找，而“{left.name}”的行没有时间",
            f"versions of '{right.name}' are found by the metric's time, and rows of '{left.name}' have none",
        )
    if project.grain_rank(time.grain or "day") > project.grain_rank(starts.grain or "day"):
        return Phrase(
            f"“{left.name}”的时间比“{right.name}”的版本更粗",
            f"the times of '{left.name}' are coarser than those of the versions of '{right.name}'",
        )
    return None


def _is_one_to_one(left: SemanticModel, right: SemanticModel, entity: str) -> bool:
    are_unique = all(each.entity[entity].kind in ("primary", "unique") for each in (left, right))
    return are_unique and right.validity("start") is None and len(left.partitions) == len(right.partitions)


def _join(joined: Joined, project: DbtProject, hop: Hop, on: Mapping[str, str], *, is_one_to_one: bool) -> None:
    right = project.models[hop.right]
    pair = {(each.source, each.target) for each in joined.relationships}
    target = right.name
    if (hop.left, right.name) in pair or (right.name, hop.left) in pair:
        target = _role(joined, project, hop.entity, right.name)
    since, until = right.validity("start"), right.validity("end")
    definition: dict[str, object] = {
        "from": hop.left,
        "to": target,
        "on": dict(on),
        "type": "one_to_one" if is_one_to_one else "many_to_one",
    }
    if since is not None and until is not None:
        definition["valid"] = {"from": grained_field(since), "until": grained_field(until)}
    joined.relationships.append(RelationshipDefinition.model_validate(definition))
    joined.targets[hop] = target
    if is_one_to_one and target == right.name:
        joined.targets.setdefault(Hop(hop.entity, hop.right, hop.left), hop.left)


def _role(joined: Joined, project: DbtProject, entity: str, base: str) -> str:
    """The role of a dataset under an entity's name, made where there is none yet."""
    name = entity if entity not in {*project.models, *project.metrics} else f"{entity}_{base}"
    for each in joined.roles:
        if each.name == name and each.role_of != base:
            name = f"{entity}_{base}"
    if all(each.name != name for each in joined.roles):
        joined.roles.append(DatasetDefinition(name=name, role_of=base))
    return name
