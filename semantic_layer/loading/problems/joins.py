"""What can be wrong with how datasets are joined: relationships, roles and versions.

`owner` is the thing with the mistake as people call it: `metric 'aov'`, `field 'orders.channel'`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, suggestion


@dataclass(frozen=True)
class RelationshipCycle(DefinitionProblem):
    """Relationships that lead from a dataset back to itself."""

    code: ClassVar[str] = "relationship_cycle"
    chain: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"the relationships lead in a circle: {' -> '.join(self.chain)}. Remove one of them."


@dataclass(frozen=True)
class DuplicateRelationship(DefinitionProblem):
    """The same relationship twice."""

    code: ClassVar[str] = "duplicate_relationship"
    source: str
    target: str
    first: str

    @property
    def message(self) -> str:
        return f"'{self.source}' is related to '{self.target}' in the same way at {self.first}. Remove one of them."


@dataclass(frozen=True)
class NoPrimaryKey(DefinitionProblem):
    """A relationship leads to a dataset that does not say what makes its rows unique."""

    code: ClassVar[str] = "no_primary_key"
    source: str
    target: str

    @property
    def message(self) -> str:
        return f"'{self.source}' points at '{self.target}', which has no primary_key. Give '{self.target}' one."


@dataclass(frozen=True)
class JoinMultiplies(DefinitionProblem):
    """A relationship by a part of a key: several rows may match, and totals would be counted twice."""

    code: ClassVar[str] = "join_multiplies"
    target: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def message(self) -> str:
        used, key = ", ".join(self.columns), ", ".join(self.key)
        return f"'{used}' is a part of the key of '{self.target}' ({key}) only: several rows match. Map the rest too."


@dataclass(frozen=True)
class Unreachable(DefinitionProblem):
    """A dataset that no to-one path leads to."""

    code: ClassVar[str] = "unreachable_dataset"
    owner: str
    dataset: str
    target: str
    reachable: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = f" From there one reaches {', '.join(self.reachable)}." if self.reachable else ""
        return (
            f"{self.owner} uses '{self.target}', which no relationship reaches from '{self.dataset}' "
            f"without counting rows twice.{offer}"
        )


@dataclass(frozen=True)
class AmbiguousReference(DefinitionProblem):
    """A dataset that several equally short paths lead to."""

    code: ClassVar[str] = "ambiguous_reference"
    owner: str
    dataset: str
    target: str
    ways: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"{self.owner} reaches '{self.target}' in several ways: {'; '.join(self.ways)}. Remove all but one."


@dataclass(frozen=True)
class BadRole(DefinitionProblem):
    """A role of a dataset that cannot be one, or that gives what it has from there already."""

    code: ClassVar[str] = "bad_role"
    role: str
    base: str
    reason: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"'{self.role}' is a role of '{self.base}', which {self.reason}.{suggestion(self.nearest)}"


@dataclass(frozen=True)
class BadVersions(DefinitionProblem):
    """A relationship to versions that does not tell which one a row finds."""

    code: ClassVar[str] = "bad_versions"
    source: str
    target: str
    reason: str

    @property
    def message(self) -> str:
        return f"the relationship from '{self.source}' to '{self.target}' {self.reason}."
