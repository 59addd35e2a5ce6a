"""Profiles, playbooks and causes name entities, fields, metrics, lists and values that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.names import UnknownList
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import PlaybookDefinition, ProfileDefinition
from semantic_layer.model.model import Dataset

Found = DefinitionProblem | Dataset


class Names(Protocol):
    """What there is in a model, by name; what is not there is told with the nearest names."""

    def metric(self, name: str | None, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """A metric that there is."""

    def column(self, name: str, dataset: Dataset, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """A field or dimension that rows of the dataset know."""

    def named_values(
        self, named: Mapping[str, tuple[str, ...]], dataset: Dataset, part: Part, owner: Phrase
    ) -> Iterator[DefinitionProblem]:
        """Values of fields that rows of the dataset know."""

    def values_of_dimensions(
        self, named: Mapping[str, tuple[str, ...]], part: Part, owner: Phrase
    ) -> Iterator[DefinitionProblem]:
        """Values of dimensions, whatever rows these are of."""

    def home(self, name: str, part: Part, owner: Phrase) -> Iterator[Found]:
        """The dataset of the entity of that name."""

    def rows(self, name: str, part: Part, owner: Phrase) -> Iterator[Found]:
        """The dataset of that name."""


def check_loop(draft: Draft, names: Names) -> Iterator[DefinitionProblem]:
    """What profiles, playbooks and the evidence of causes speak of exists."""
    for place, profile in enumerate(draft.definition.profiles):
        part: Part = ("profiles", place)
        if draft.is_read(*part):
            yield from _profile(profile, part, names)
    for place, book in enumerate(draft.definition.playbooks):
        part = ("playbooks", place)
        if draft.is_read(*part):
            yield from _playbook(book, part, draft, names)
    for place, family in enumerate(draft.definition.causes):
        owner = thing("cause", family.name)
        yield from _problems(names.home(family.entity, ("causes", place), owner))
        for index, evidence in enumerate(family.evidence):
            part = ("causes", place, "evidence", index)
            if draft.is_read(*part):
                yield from names.values_of_dimensions(evidence.filter, (*part, "filter"), thing("cause", evidence.name))


def _profile(profile: ProfileDefinition, part: Part, names: Names) -> Iterator[DefinitionProblem]:
    owner, home = thing("profile", profile.name), list(names.home(profile.entity, part, thing("profile", profile.name)))
    yield from _problems(home)
    for index, section in enumerate(profile.sections):
        inner: Part = (*part, "sections", index)
        for dataset in _datasets(home):
            for column in section.columns:
                yield from names.column(column, dataset, (*inner, "columns"), owner)
        for metric in section.measured:
            yield from names.metric(metric, (*inner, "measured"), owner)
    for index, each in enumerate(profile.timeline):
        inner = (*part, "timeline", index)
        rows = list(names.rows(each.dataset, (*inner, "dataset"), owner))
        yield from _problems(rows)
        for dataset in _datasets(rows):
            for key, name in (("at", each.at), ("what", each.what), ("amount", each.amount)):
                if name is not None:
                    yield from names.column(name, dataset, (*inner, key), owner)
            yield from names.named_values(each.filter, dataset, (*inner, "filter"), owner)


def _playbook(book: PlaybookDefinition, part: Part, draft: Draft, names: Names) -> Iterator[DefinitionProblem]:
    owner, home = thing("playbook", book.name), list(names.home(book.entity, part, thing("playbook", book.name)))
    yield from _problems(home)
    known = {each.name for each in draft.definition.lists}
    if book.list is not None and book.list not in known and "lists" not in draft.gaps:
        yield UnknownList(draft.where(*part, "list"), owner, book.list, nearest(book.list, known))
    for dataset in _datasets(home):
        yield from names.named_values(book.filter, dataset, (*part, "filter"), owner)
    yield from names.metric(book.value, (*part, "value"), owner)
    for index, play in enumerate(book.plays):
        if play.tried is not None:
            inner: Part = (*part, "plays", index, "tried")
            yield from names.metric(play.tried.metric, (*inner, "metric"), owner)
            yield from names.values_of_dimensions(play.tried.filter, (*inner, "filter"), owner)


def _problems(found: Iterable[Found]) -> Iterator[DefinitionProblem]:
    return (each for each in found if isinstance(each, DefinitionProblem))


def _datasets(found: Iterable[Found]) -> Iterator[Dataset]:
    return (each for each in found if isinstance(each, Dataset))
