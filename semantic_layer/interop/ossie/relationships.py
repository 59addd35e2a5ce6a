"""Relationships of a document to ours: by columns, to rows that a key tells apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.interop.ossie.datasets import Dataset, find
from semantic_layer.interop.ossie.document import Found
from semantic_layer.interop.ossie.names import Taken, slug
from semantic_layer.interop.ossie.problems import (
    LeftBehind,
    NotAKey,
    NotCarriedOver,
    RoleMade,
    UnevenColumns,
    UnknownReference,
)
from semantic_layer.interop.ossie.spec import OssieRelationship
from semantic_layer.interop.ossie.words import left_behind, synonyms_of
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import DatasetDefinition, RelationshipDefinition


@dataclass(frozen=True)
class Joined:
    """The relationships, each with its place in the document; the keys that they give to datasets without one; and the
    roles that they make of datasets, of which `plain` knows nothing: relationships as the document has them."""

    definitions: tuple[RelationshipDefinition, ...]
    parts: tuple[Part, ...]
    keys: Mapping[str, tuple[str, ...]]
    plain: tuple[RelationshipDefinition, ...]
    roles: tuple[tuple[DatasetDefinition, Part], ...]


def convert_relationships(found: Found, datasets: Mapping[str, Dataset], problems: list[DefinitionProblem]) -> Joined:
    """The relationships that join rows without multiplying them. All others are problems.

    A relationship leads to a key, as the specification has it: where its target declares none, its columns are one.
    Where its own columns hold a key of their dataset, it is one to one. Several relationships between the same two
    datasets, or one of a dataset with itself, are roles of the target.
    """
    plain: list[RelationshipDefinition] = []
    parts: list[Part] = []
    keys: dict[str, tuple[str, ...]] = {}
    for place, each in enumerate(found.model.relationships):
        made = _Ends(found, ("relationships", place), each, datasets).joined(keys)
        if isinstance(made, DefinitionProblem):
            problems.append(made)
        else:
            plain.append(made)
            parts.append(("relationships", place))
    counts = Counter((each.source, each.target) for each in plain)
    names = Taken(each.rows.ours for each in datasets.values())
    definitions: list[RelationshipDefinition] = []
    roles: list[tuple[DatasetDefinition, Part]] = []
    for made, part in zip(plain, parts, strict=True):
        each = found.model.relationships[int(part[1])]
        if counts[made.source, made.target] == 1 and made.source != made.target:
            definitions.append(made)
            if each.ai_context is not None:
                problems.append(
                    LeftBehind(
                        found.where(*part), thing("relationship", each.name), Phrase("ai_context", "the ai_context")
                    )
                )
            continue
        role = names.give(slug(each.name, "role"))
        problems += left_behind(each.ai_context, found.where(*part), thing("relationship", each.name))
        problems.append(RoleMade(found.where(*part), each.name, role, made.target))
        words = synonyms_of(each.ai_context)
        roles.append((DatasetDefinition(name=role, role_of=made.target, synonyms=words), part))
        definitions.append(made.model_copy(update={"target": role, "type": "many_to_one"}))
    return Joined(tuple(definitions), tuple(parts), keys, tuple(plain), tuple(roles))


@dataclass(frozen=True, eq=False)
class _Ends:
    """One relationship with its datasets."""

    found: Found
    part: Part
    relationship: OssieRelationship
    datasets: Mapping[str, Dataset]

    def joined(self, keys: dict[str, tuple[str, ...]]) -> RelationshipDefinition | DefinitionProblem:
        """The relationship in our words. `keys` learns of those that it gives."""
        each, where, owner = self.relationship, self.found.where, thing("relationship", self.relationship.name)
        for key, name in (("from", each.source), ("to", each.target)):
            if find(self.datasets, name) is None:
                near = nearest(name, self.datasets)
                return UnknownReference(where(*self.part, key), owner, "dataset", name, near)
        source, target = find(self.datasets, each.source), find(self.datasets, each.target)
        assert source is not None and target is not None, "just looked up"
        counts = (len(each.from_columns), len(each.to_columns))
        if counts[0] != counts[1]:
            return UnevenColumns(where(*self.part, "from_columns"), each.name, *counts)
        sides = [
            [end.rows.column_of(name) for name in names]
            for end, names in ((source, each.from_columns), (target, each.to_columns))
        ]
        left, right = ([name for name in side if name is not None] for side in sides)
        if len(left) < counts[0] or len(right) < counts[1] or len(set(left)) < len(left):
            is_double = len(set(left)) < len(left)
            reason = Phrase(
                f"{'一列连接了两列' if is_double else '它按计算字段连接'}，而我们的关系让表的列一一对应",
                f"{'a column joins two' if is_double else 'it joins by a computed field'}, "
                "and our relationships pair columns of tables",
            )
            return NotCarriedOver(where(*self.part), owner, reason)
        known = target.keys or tuple([keys[target.rows.ours]] if target.rows.ours in keys else [])
        if not known:
            keys[target.rows.ours] = tuple(right)
        elif target.keys and not any(set(key) <= set(right) for key in known):
            return NotAKey(where(*self.part, "to_columns"), each.name, each.target, tuple(right), known)
        is_single = source is not target and any(set(key) <= set(left) for key in source.keys)
        return RelationshipDefinition.model_validate(
            {
                "from": source.rows.ours,
                "to": target.rows.ours,
                "on": dict(zip(left, right, strict=True)),
                "type": "one_to_one" if is_single else "many_to_one",
            }
        )
