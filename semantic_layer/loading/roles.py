"""The same dataset in several roles: a role's rows and fields are those of its base, under words and joins of its own.

A role takes over the to-one hops of its base, unless it has a relationship of its own to the same dataset or to a role
of that. What fields of the base read of neighbours, the role's read of the neighbours that it has in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.joins import AmbiguousReference, BadRole
from semantic_layer.loading.problems.names import UnknownDataset
from semantic_layer.loading.references import place_of
from semantic_layer.loading.unchecked import Draft
from semantic_layer.model.definitions import Bilingual, DatasetDefinition, Synonyms
from semantic_layer.model.joins import AS_OF_TODAY, JoinPaths, written
from semantic_layer.model.labels import label_of
from semantic_layer.model.model import Dataset, Field, Step
from semantic_layer.query.result import Label
from semantic_layer.sql.parsing import columns

# what a role has from its base and may not give again
_TAKEN = ("table", "sql", "primary_key", "time", "prefers", "fields")


@dataclass(frozen=True)
class RoleSteps:
    """The hops that roles take over, and for each hop of a base the role's target in its place, by the role and the
    place of the relationship."""

    steps: tuple[Step, ...]
    targets: Mapping[tuple[str, int], str]


def with_roles(
    draft: Draft, datasets: Mapping[str, Dataset], found: list[DefinitionProblem]
) -> tuple[Draft, dict[str, Dataset]]:
    """The datasets with their roles among them, in order of definition, and the draft with the roles that have
    problems, or whose base has some, as unread."""
    known: dict[str, int] = {}
    for place, each in enumerate(draft.definition.datasets):
        known.setdefault(each.name, place)
    roles = {name: place for name, place in known.items() if draft.definition.datasets[place].role_of is not None}
    whole: dict[str, Dataset] = {}
    unread = set(draft.unread)
    for name, place in known.items():
        definition = draft.definition.datasets[place]
        if name not in roles:
            whole[name] = datasets[name]
            continue
        problems = list(_unfit(draft, place, roles)) if draft.is_read("datasets", place) else []
        found.extend(problems)
        base = datasets.get(definition.role_of or "") if not problems else None
        if base is None or any(part[:2] == ("datasets", known[base.name]) for part in draft.unread):
            unread.add(("datasets", place))
        whole[name] = _role(definition, base, datasets) if base is not None else _empty(definition)
    return replace(draft, unread=frozenset(unread)), whole


def role_steps(datasets: Mapping[str, Dataset], steps: Sequence[Step]) -> RoleSteps:
    """What each role takes over of its base's hops, given all hops that are defined."""
    found: list[Step] = []
    targets: dict[tuple[str, int], str] = {}
    for role in datasets.values():
        if role.role_of is None:
            continue
        own = [step for step in steps if step.source == role.name]
        for step in steps:
            if step.source != role.role_of or step.place is None:
                continue
            instead = next((each for each in own if _replaces(each, step, datasets)), None)
            if instead is not None:
                targets[role.name, step.place] = instead.target
            # a manager's manager would be the manager again: that takes a role of its own
            elif _base(step.target, datasets) != role.role_of:
                targets[role.name, step.place] = step.target
                found.append(replace(step, source=role.name, is_inherited=True))
    return RoleSteps(tuple(found), MappingProxyType(targets))


def settle_roles(
    draft: Draft, datasets: dict[str, Dataset], joins: JoinPaths, taken: RoleSteps, found: list[DefinitionProblem]
) -> None:
    """Put in place of the neighbours that fields of a base speak of those that its role has in their stead."""
    for role in tuple(datasets.values()):
        base = datasets.get(role.role_of or "")
        if base is None or not draft.is_read("datasets", place_of(draft, role.name)):
            continue
        stead = _Stead(draft, role.name, base.name, joins, taken, found)
        settled = {name: _settled(field, stead) for name, field in role.fields.items()}
        fields = {name: field for name, field in settled.items() if field is not None}
        time = stead.named(role.definition.time) if role.definition.time is not None else None
        definition = role.definition.model_copy(update={"time": time})
        datasets[role.name] = replace(role, definition=definition, fields=MappingProxyType(fields))
        for step in taken.steps:
            at = step.validity.at if step.source == role.name and step.validity is not None else AS_OF_TODAY
            if at != AS_OF_TODAY and stead.named(at) != at:
                reason = Phrase(
                    f"按“{at}”找“{step.target}”，而“{role.name}”到它的路径不同",
                    f"finds '{step.target}' by '{at}', which '{role.name}' reaches in another way",
                )
                found.append(BadRole(draft.where("datasets", role.name), role.name, base.name, reason))


@dataclass(frozen=True)
class _Stead:
    """What a role has in place of a neighbour of its base."""

    draft: Draft
    role: str
    base: str
    joins: JoinPaths
    taken: RoleSteps
    found: list[DefinitionProblem]

    def named(self, name: str) -> str | None:
        """`dataset.field` in terms of the role; a field of its own stays."""
        owner, _, field = name.rpartition(".")
        other = self.of(owner) if owner else None
        return name if not owner else f"{other}.{field}" if other is not None else None

    def of(self, neighbour: str) -> str | None:
        """The dataset that the role reaches by the hops by which its base reaches the neighbour; None where it does
        not take one of them over, as it leads to a role of the same base."""
        way: list[str] = []
        at = self.role
        for step in self.joins.paths[self.base].get(neighbour, ()):
            onward = step.target if at == step.source else self.taken.targets.get((at, step.place or 0))
            if onward is None:
                return None
            at = onward
            way.append(at)
        reached = self.joins.paths[self.role].get(at, ())
        if way and [step.target for step in reached] != way:
            known = self.joins.ambiguous.get((self.role, at), (reached,) if reached else ())
            ways = (*(written(each) for each in known), " -> ".join((self.role, *way)))
            where = self.draft.where("datasets", self.role)
            self.found.append(AmbiguousReference(where, thing("role", self.role), self.role, at, ways))
        return at


def _settled(field: Field, stead: _Stead) -> Field | None:
    """The field with the role's neighbours for those of its base; None where the role lacks one."""
    neighbours = sorted({column.table for column in columns(field.expression) if column.table})
    others = {name: stead.of(name) for name in neighbours}
    if None in others.values():
        return None
    if all(name == other for name, other in others.items()):
        return field

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table:
            return exp.column(node.name, table=others[node.table])
        return node

    return replace(field, expression=field.expression.copy().transform(put, copy=False))


def _unfit(draft: Draft, place: int, roles: Mapping[str, int]) -> Iterator[DefinitionProblem]:
    definition = draft.definition.datasets[place]
    base = definition.role_of
    assert base is not None, "asked only of roles"
    where = draft.where("datasets", place, "role_of")
    known = [each.name for each in draft.definition.datasets if each.role_of is None]
    if base == definition.name:
        yield BadRole(where, definition.name, base, Phrase("就是它自己", "is itself"), nearest(base, known))
    elif base in roles:
        further = draft.definition.datasets[roles[base]].role_of
        reason = Phrase(f"本身是“{further}”的角色", f"is itself a role, of '{further}'")
        yield BadRole(where, definition.name, base, reason, (further,) if further in known else ())
    elif base not in known and "datasets" not in draft.gaps:
        yield UnknownDataset(where, thing("role", definition.name), base, nearest(base, known))
    for key in _TAKEN:
        if getattr(definition, key):
            reason = Phrase(f"已经给了它 `{key}`：这里请不要再写", f"gives it its `{key}` already: leave that out here")
            yield BadRole(draft.where("datasets", place, key), definition.name, base, reason)


def _replaces(own: Step, step: Step, datasets: Mapping[str, Dataset]) -> bool:
    """Whether a role's own hop stands for one of its base: to the same dataset, or to a role of it."""
    if own.target == step.target:
        return True
    same_columns = {left for left, _ in own.on} == {left for left, _ in step.on}
    is_role = datasets[step.target].role_of is not None
    return _base(own.target, datasets) == _base(step.target, datasets) and (same_columns or not is_role)


def _base(name: str, datasets: Mapping[str, Dataset]) -> str:
    return datasets[name].role_of or name


def _empty(definition: DatasetDefinition) -> Dataset:
    label = label_of(definition.name, definition.label)
    bare = definition.model_copy(update=dict.fromkeys(("primary_key", "fields", "prefers"), ()) | {"time": None})
    return Dataset(bare, None, MappingProxyType({}), frozenset(), label)


def _role(definition: DatasetDefinition, base: Dataset, datasets: Mapping[str, Dataset]) -> Dataset:
    taken = {key: getattr(base.definition, key) for key in ("table", "sql", "primary_key", "time")}
    whole = definition.model_copy(update=taken)
    label = label_of(definition.name, definition.label)
    fields = {name: _field(_meant(field, datasets), whole, label) for name, field in base.fields.items()}
    return replace(base, definition=whole, fields=MappingProxyType(fields), label=label)


def _meant(field: Field, datasets: Mapping[str, Dataset]) -> Field:
    """The field with the words of the dimension that it is `same_as`."""
    owner, _, name = (field.definition.same_as or "").rpartition(".")
    home = datasets[owner].fields.get(name) if owner in datasets else None
    if home is None:
        return field
    words = home.definition.model_copy(update={"name": field.name, "pii": field.definition.pii or home.definition.pii})
    return replace(field, definition=words, label=home.label)


def _field(field: Field, role: DatasetDefinition, owner: Label) -> Field:
    """A field of the base as the role's: called after the role wherever people call it anything."""
    known = field.definition
    words = Synonyms(zh=(owner.zh, *role.synonyms.zh), en=(owner.en, *role.synonyms.en))
    own = Synonyms(zh=(field.label.zh, *known.synonyms.zh), en=(field.label.en, *known.synonyms.en))
    chinese = tuple(dict.fromkeys(each for one in words.zh for two in own.zh for each in _chinese(one, two)))
    english = tuple(dict.fromkeys(each for one in words.en for two in own.en for each in _english(one, two)))
    label = Label(chinese[0], english[0])
    definition = known.model_copy(
        update={
            "label": Bilingual(zh=label.zh, en=label.en) if known.label is not None else None,
            "synonyms": Synonyms(zh=chinese[1:], en=english[1:]),
            "same_as": None,
        }
    )
    return Field(definition, role.name, field.expression, label)


def _chinese(owner: str, thing: str) -> tuple[str, ...]:
    """房客的家乡州, 房客家乡州; a word that is not Chinese stands apart."""
    if thing.isascii() or owner.isascii():
        return (f"{owner} {thing}",)
    return f"{owner}的{thing}", f"{owner}{thing}"


def _english(owner: str, thing: str) -> tuple[str, ...]:
    return f"{owner} {thing}", f"{owner}'s {thing}", f"{thing} of the {owner}"
