"""What can be wrong with how datasets are joined: relationships, roles and versions.

`owner` is the thing with the mistake as people call it: `metric 'aov'`, `field 'orders.channel'`.
"""

from __future__ import annotations

from semantic_layer.errors import DefinitionProblem, Phrase, problem


def relationship(source: str, target: str) -> Phrase:
    """What problems call a relationship."""
    return Phrase(f"从“{source}”到“{target}”的关系", f"the relationship from '{source}' to '{target}'")


@problem(
    "relationship_cycle",
    zh="关系连成了一个圈：{chain:chain}。请去掉其中一个。",
    en="the relationships lead in a circle: {chain:chain}. Remove one of them.",
)
class RelationshipCycle(DefinitionProblem):
    """Relationships that lead from a dataset back to itself."""

    chain: tuple[str, ...]


@problem(
    "duplicate_relationship",
    zh="“{source}”到“{target}”的同一个关系在 {first} 已经有了。请去掉其中一个。",
    en="'{source}' is related to '{target}' in the same way at {first}. Remove one of them.",
)
class DuplicateRelationship(DefinitionProblem):
    """The same relationship twice."""

    source: str
    target: str
    first: str


@problem(
    "no_primary_key",
    zh="“{source}”指向“{target}”，但它没有 primary_key。请给“{target}”加上。",
    en="'{source}' points at '{target}', which has no primary_key. Give '{target}' one.",
)
class NoPrimaryKey(DefinitionProblem):
    """A relationship leads to a dataset that does not say what makes its rows unique."""

    source: str
    target: str


@problem(
    "join_multiplies",
    zh="“{columns:list}”只是“{target}”的键（{key:list}）的一部分：会匹配到多行。请把其余的也对应上。",
    en="'{columns:list}' is a part of the key of '{target}' ({key:list}) only: several rows match. Map the rest too.",
)
class JoinMultiplies(DefinitionProblem):
    """A relationship by a part of a key: several rows may match, and totals would be counted twice."""

    target: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@problem(
    "unreachable_dataset",
    zh="{owner}用到“{target}”，但从“{dataset}”没有关系能到达它而不重复计数。[从那里可以到达 {reachable:list}。]",
    en="{owner} uses '{target}', which no relationship reaches from '{dataset}' without counting rows twice."
    "[ From there one reaches {reachable:list}.]",
)
class Unreachable(DefinitionProblem):
    """A dataset that no to-one path leads to."""

    owner: Phrase
    dataset: str
    target: str
    reachable: tuple[str, ...]


@problem(
    "ambiguous_reference",
    zh="{owner}到“{target}”有几条路径：{ways:ways}。请只留一条；指标也可以用 `via` 写明。",
    en="{owner} reaches '{target}' in several ways: {ways:ways}. Remove all but one; "
    "a metric can name its own (`via`).",
)
class AmbiguousReference(DefinitionProblem):
    """A dataset that several equally short paths lead to."""

    owner: Phrase
    dataset: str
    target: str
    ways: tuple[str, ...]


@problem(
    "bad_role",
    zh="“{role}”是“{base}”的角色，但它{reason}。{nearest:offer}",
    en="'{role}' is a role of '{base}', which {reason}.{nearest:offer}",
)
class BadRole(DefinitionProblem):
    """A role of a dataset that cannot be one, or that gives what it has from there already."""

    role: str
    base: str
    reason: Phrase
    nearest: tuple[str, ...] = ()


@problem(
    "bad_versions",
    zh="从“{source}”到“{target}”的关系{reason}。",
    en="the relationship from '{source}' to '{target}' {reason}.",
)
class BadVersions(DefinitionProblem):
    """A relationship to versions that does not tell which one a row finds."""

    source: str
    target: str
    reason: Phrase
