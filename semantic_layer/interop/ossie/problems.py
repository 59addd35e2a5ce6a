"""What can be wrong with an Ossie document, and what our format or theirs cannot say.

`NotCarriedOver` and its like are definitions that are missing afterwards. A `Remark` changes no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, suggestion


@dataclass(frozen=True)
class Remark(DefinitionProblem):
    """Something that people should know of, though every number stays right."""

    code: ClassVar[str] = "ossie_remark"


@dataclass(frozen=True)
class NoOssieModel(DefinitionProblem):
    """There is nothing at the path that is an Ossie document, or it holds no semantic model of that name."""

    code: ClassVar[str] = "ossie_no_model"
    reason: str

    @property
    def message(self) -> str:
        return f"{self.reason}. Name an Ossie document in YAML or JSON, or a folder of them."


@dataclass(frozen=True)
class SeveralModels(DefinitionProblem):
    """The document holds several semantic models where one is wanted."""

    code: ClassVar[str] = "ossie_several_models"
    names: tuple[str, ...]

    @property
    def message(self) -> str:
        names = ", ".join(f"'{name}'" for name in self.names)
        return f"there are several semantic models: {names}. Choose one by its name."


@dataclass(frozen=True)
class UnreadableJson(DefinitionProblem):
    """A file that ends in .json and is not JSON."""

    code: ClassVar[str] = "ossie_unreadable_json"
    reason: str

    @property
    def message(self) -> str:
        return f"the file is not JSON: {self.reason}."


@dataclass(frozen=True)
class UnknownVersion(DefinitionProblem):
    """A document of another version of the specification."""

    code: ClassVar[str] = "ossie_unknown_version"
    version: str
    known: str

    @property
    def message(self) -> str:
        return f"the document is of version '{self.version}' of the specification; '{self.known}' is read."


@dataclass(frozen=True)
class SchemaViolation(DefinitionProblem):
    """What the specification's JSON Schema does not allow."""

    code: ClassVar[str] = "ossie_schema"
    part: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.part} {self.reason}."


@dataclass(frozen=True)
class DuplicateName(DefinitionProblem):
    """The same name for two things of a kind; case makes no difference."""

    code: ClassVar[str] = "ossie_duplicate_name"
    thing: str
    name: str
    first: str

    @property
    def message(self) -> str:
        return f"a second {self.thing} is named '{self.name}'; the first is at {self.first}."


@dataclass(frozen=True)
class UnknownReference(DefinitionProblem):
    """A name that stands for no dataset, field or metric of the document."""

    code: ClassVar[str] = "ossie_unknown_reference"
    owner: str
    thing: str
    name: str
    nearest: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"{self.owner} names the {self.thing} '{self.name}', which there is not.{suggestion(self.nearest)}"


@dataclass(frozen=True)
class AmbiguousReference(DefinitionProblem):
    """A field's name without its dataset, where several have one of that name."""

    code: ClassVar[str] = "ossie_ambiguous_reference"
    owner: str
    name: str
    datasets: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"{self.owner} uses '{self.name}', a field of {', '.join(self.datasets)}. Write 'dataset.field'."


@dataclass(frozen=True)
class BadExpression(DefinitionProblem):
    """An expression that does not parse in its dialect."""

    code: ClassVar[str] = "ossie_bad_expression"
    owner: str
    text: str
    reason: str

    @property
    def message(self) -> str:
        return f"the expression of {self.owner}, '{self.text}', cannot be read: {self.reason}."


@dataclass(frozen=True)
class NoKnownDialect(DefinitionProblem):
    """An expression that is written only in languages which are not SQL."""

    code: ClassVar[str] = "ossie_no_known_dialect"
    owner: str
    dialects: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def message(self) -> str:
        return (
            f"{self.owner} is written in {', '.join(self.dialects)} only, which cannot be read. "
            f"Add its expression in {self.known[0]}, or in {', '.join(self.known[1:-1])} or {self.known[-1]}."
        )


@dataclass(frozen=True)
class UnevenColumns(DefinitionProblem):
    """The two sides of a relationship have different numbers of columns."""

    code: ClassVar[str] = "ossie_uneven_columns"
    name: str
    counts: tuple[int, int]

    @property
    def message(self) -> str:
        return f"the relationship '{self.name}' joins {self.counts[0]} columns to {self.counts[1]}. Pair them."


@dataclass(frozen=True)
class NotAKey(DefinitionProblem):
    """A relationship leads to columns that no key of the dataset stands for, so rows could multiply."""

    code: ClassVar[str] = "ossie_not_a_key"
    name: str
    target: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]

    @property
    def message(self) -> str:
        keys = " or ".join(f"({', '.join(key)})" for key in self.keys)
        return (
            f"the relationship '{self.name}' leads to ({', '.join(self.columns)}) of '{self.target}', whose keys are "
            f"{keys}: rows could multiply. Join by a key, or declare one in `unique_keys`."
        )


@dataclass(frozen=True)
class NotCarriedOver(DefinitionProblem):
    """A definition that our format has no words for, or that our checks refuse."""

    code: ClassVar[str] = "ossie_not_carried_over"
    owner: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.owner} is not carried over: {self.reason}."


@dataclass(frozen=True)
class BadExtension(DefinitionProblem):
    """Our own extension in a document cannot be read."""

    code: ClassVar[str] = "ossie_bad_extension"
    reason: str

    @property
    def message(self) -> str:
        return f"the extension of HUITOU cannot be read: {self.reason}. The document is read without it."


@dataclass(frozen=True)
class ChangedSince(DefinitionProblem):
    """What another tool has changed in a document of ours: the document is believed, what we had beside it is lost."""

    code: ClassVar[str] = "ossie_changed_since"
    owner: str
    change: str

    @property
    def message(self) -> str:
        return f"{self.owner} {self.change} since it was exported: what only our extension said of it is left out."


@dataclass(frozen=True)
class LeftBehind(Remark):
    """Something of a document that touches no number and has no place in our format."""

    code: ClassVar[str] = "ossie_left_behind"
    owner: str
    what: str

    @property
    def message(self) -> str:
        return f"{self.what} of {self.owner} has no place in our format and is left behind."


@dataclass(frozen=True)
class TimeNotChosen(Remark):
    """A dataset with several times, of which none is marked as the one that its metrics are placed at."""

    code: ClassVar[str] = "ossie_time_not_chosen"
    dataset: str
    candidates: tuple[str, ...]

    @property
    def message(self) -> str:
        named = ", ".join(f"'{name}'" for name in self.candidates)
        return (
            f"nothing says when the metrics of '{self.dataset}' happen; it could be {named}. Until it is chosen "
            f"(--time {self.dataset}={self.candidates[0]}) they have values over all rows, not by period."
        )


@dataclass(frozen=True)
class RoleMade(Remark):
    """A dataset is pointed at in several ways by another, or by itself: each way is a role of it."""

    code: ClassVar[str] = "ossie_role_made"
    relationship: str
    name: str
    dataset: str

    @property
    def message(self) -> str:
        return (
            f"the relationship '{self.relationship}' is one of several ways to '{self.dataset}', or leads back to it: "
            f"what it leads to is '{self.name}' here, a role of '{self.dataset}'."
        )


@dataclass(frozen=True)
class Renamed(Remark):
    """A name that cannot stand in our format, and the one that takes its place."""

    code: ClassVar[str] = "ossie_renamed"
    owner: str
    name: str

    @property
    def message(self) -> str:
        return f"{self.owner} is called '{self.name}' here."
