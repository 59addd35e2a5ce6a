"""Which time a dataset's metrics are placed at, which no document says: the only one there is, or the one chosen.

A dataset that points once at a calendar (a dataset whose fields beside its keys are all of time) takes that one's date.
In any other case nothing is guessed: who reads the document chooses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.interop.ossie.datasets import Dataset, find
from semantic_layer.interop.ossie.document import Found
from semantic_layer.interop.ossie.kinds import is_time
from semantic_layer.interop.ossie.names import look_up
from semantic_layer.interop.ossie.problems import TimeNotChosen, UnknownReference
from semantic_layer.interop.ossie.relationships import Joined
from semantic_layer.model.definitions import DatasetDefinition, FieldDefinition

_CHOICE = Phrase("时间的选择", "the choice of times")


@dataclass(frozen=True, eq=False)
class Times:
    """Chooses times for the datasets of one model. `chosen` maps datasets to `field` or `dataset.field`, by the
    document's names; `measured` holds the datasets that metrics aggregate, by ours."""

    found: Found
    datasets: Mapping[str, Dataset]
    joined: Joined
    chosen: Mapping[str, str]
    measured: Collection[str]

    def definitions(self, problems: list[DefinitionProblem]) -> Iterator[DatasetDefinition]:
        """The datasets, each with its time if it has one."""
        problems += self._unknown()
        marked = {name: self._marked(name, each) for name, each in self.datasets.items()}
        own = {name: self._own(name, fields) for name, fields in marked.items()}
        for name, dataset in self.datasets.items():
            definition = dataset.definition
            asked = look_up(self.chosen, name)
            time = self._named(dataset, asked) if asked is not None else None
            time = time or own[name] or (self._calendar(dataset, own) if not marked[name] else None)
            if time is None:
                problems += self._open(dataset, marked[name], own)
            elif "." not in time:
                definition = definition.model_copy(update={"fields": tuple(_as_time(definition.fields, time))})
            yield definition.model_copy(update={"time": time})

    def _marked(self, name: str, dataset: Dataset) -> tuple[str, ...]:
        """Our names of the fields that could be the time: those of a date or an instant; where the document gives no
        such type, those that it says are of time."""
        fields = next(each for each in self.found.model.datasets if each.name == name).fields
        untyped = tuple(
            dataset.rows.called[each.name]
            for each in fields
            if each.datatype is None and is_time(each) and each.name in dataset.rows.called
        )
        return tuple(each.name for each in dataset.definition.fields if each.role == "time") or untyped

    def _own(self, name: str, marked: tuple[str, ...]) -> str | None:
        asked = look_up(self.chosen, name)
        if asked is not None and asked.rpartition(".")[0].casefold() in ("", name.casefold()):
            return look_up(self.datasets[name].rows.called, asked.rpartition(".")[2])
        return marked[0] if len(marked) == 1 else None

    def _calendar(self, dataset: Dataset, own: Mapping[str, str | None]) -> str | None:
        targets = [each.target for each in self.joined.plain if each.source == dataset.rows.ours]
        fitting = [
            f"{each.rows.ours}.{own[name]}"
            for name, each in self.datasets.items()
            for target in targets
            if each.rows.ours == target and own[name] is not None and self._is_calendar(name, each)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _is_calendar(self, name: str, dataset: Dataset) -> bool:
        fields = next(each for each in self.found.model.datasets if each.name == name).fields
        keys = {column for key in dataset.keys for column in key}
        return all(is_time(each) or dataset.rows.column_of(each.name) in keys for each in fields)

    def _open(
        self, dataset: Dataset, marked: tuple[str, ...], own: Mapping[str, str | None]
    ) -> Iterator[TimeNotChosen]:
        """That metrics have no time to be placed at, where there is one to choose."""
        if dataset.rows.ours not in self.measured:
            return
        near = tuple(
            f"{hop.target if hop.target in self._bases else each.rows.name}.{own[name]}"
            for name, each in self.datasets.items()
            for hop in self.joined.definitions
            if hop.source == dataset.rows.ours
            and self._bases.get(hop.target, hop.target) == each.rows.ours
            and own[name] is not None
        )
        if marked or near:
            where = self.found.where(*dataset.part)
            yield TimeNotChosen(where, dataset.rows.name, marked or tuple(dict.fromkeys(near)))

    def _named(self, dataset: Dataset, text: str) -> str | None:
        owner, _, field = text.rpartition(".")
        role = next((each for each in self._bases if each.casefold() == owner.casefold()), None)
        target = find(self.datasets, owner) if owner else dataset
        if role is not None:
            target = next(each for each in self.datasets.values() if each.rows.ours == self._bases[role])
            called = look_up(target.rows.called, field)
            return f"{role}.{called}" if called is not None else None
        called = look_up(target.rows.called, field) if target is not None else None
        if called is None or target is None:
            return None
        return called if target is dataset else f"{target.rows.ours}.{called}"

    @property
    def _bases(self) -> dict[str, str]:
        """The datasets that roles are roles of."""
        return {role.name: role.role_of or "" for role, _ in self.joined.roles}

    def _unknown(self) -> Iterator[DefinitionProblem]:
        for name, text in self.chosen.items():
            dataset = find(self.datasets, name)
            if dataset is None:
                near = nearest(name, self.datasets)
                yield UnknownReference(self.found.where(), _CHOICE, "dataset", name, near)
            elif self._named(dataset, text) is None:
                near = nearest(text, dataset.rows.called)
                yield UnknownReference(self.found.where(*dataset.part), _CHOICE, "field", text, near)


def _as_time(fields: Sequence[FieldDefinition], name: str) -> Iterator[FieldDefinition]:
    """The fields, the one of that name as a time; an instant where the document does not tell its type."""
    for each in fields:
        if each.name == name and each.role != "time":
            kind = each.type if each.type in ("date", "timestamp") else "timestamp"
            yield each.model_copy(update={"role": "time", "type": kind})
        else:
            yield each
