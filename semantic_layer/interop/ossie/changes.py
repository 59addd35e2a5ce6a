"""A document that we exported and others may have changed: what still says the same is taken whole from our extension.

Where a part says something else than it did, the document is believed. New words alone are put into our definition;
after any other change the part is read as anybody's, and what only the extension said of it is named as left out. A
metric that stands on a changed one follows its own expression in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from semantic_layer.errors import DefinitionProblem, Phrase, thing
from semantic_layer.interop.ossie.document import Found
from semantic_layer.interop.ossie.extension import change_of, gone
from semantic_layer.interop.ossie.problems import ChangedSince
from semantic_layer.interop.ossie.spec import OssieDataset, OssieField, OssieMetric, OssieModel, OssieRelationship
from semantic_layer.interop.ossie.words import both, synonyms_of
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import (
    DatasetDefinition,
    FieldDefinition,
    MetricDefinition,
    ModelDefinition,
    RelationshipDefinition,
)
from semantic_layer.sql.parsing import Sql, parse_expression

_Worded = TypeVar("_Worded", DatasetDefinition, FieldDefinition, MetricDefinition)
_Named = TypeVar("_Named", DatasetDefinition, FieldDefinition, MetricDefinition, OssieField, OssieMetric)


def is_unchanged(model: OssieModel, ours: ModelDefinition) -> bool:
    """Whether every part of a document says what it said when we wrote it, and none is new or gone."""
    parts: tuple[OssieDataset | OssieField | OssieRelationship | OssieMetric, ...] = (
        *model.datasets,
        *(field for each in model.datasets for field in each.fields),
        *model.relationships,
        *model.metrics,
    )
    english = ours.description.en if ours.description is not None else None
    is_same = model.description == english and all(change_of(each) == "nothing" for each in parts)
    return is_same and next(gone(model), None) is None


@dataclass(frozen=True, eq=False)
class Changes:
    """A document with our extension: `ours` are the definitions of the extension, of what the document still holds;
    `read` those that the document gives to anybody."""

    found: Found
    ours: ModelDefinition
    read: ModelDefinition
    problems: list[DefinitionProblem]

    def merged(self) -> ModelDefinition:
        """Our definitions with the changes in them; what was lost is added to `problems`."""
        for owner in gone(self.found.model):
            self._lost((), owner, Phrase("不见了", "is gone"))
        described, ours = self.found.model.description, self.ours.description
        is_described = described == (ours.en if ours is not None else None)
        return self.ours.model_copy(
            update={
                "description": ours if is_described else both(described),
                "datasets": tuple(self._datasets()),
                "relationships": tuple(self._relationships()),
                "metrics": tuple(self._metrics()),
            }
        )

    # ---- datasets and fields ----

    def _datasets(self) -> Iterator[DatasetDefinition]:
        mine, read = _by_name(self.ours.datasets), _by_name(self.read.datasets)
        given = {each.name: (place, each) for place, each in enumerate(self.found.model.datasets)}
        for name, definition in mine.items():
            if name not in given:
                yield definition
                continue
            place, item = given[name]
            part: Part = ("datasets", place)
            head = self._settled(definition, item, read.get(name), part, thing("dataset", name))
            fields = tuple(self._fields(definition, item, read.get(name), part))
            yield head.model_copy(update={"fields": fields})
        yield from (read[name] for name in given if name not in mine and name in read)

    def _fields(
        self, mine: DatasetDefinition, item: OssieDataset, read: DatasetDefinition | None, part: Part
    ) -> Iterator[FieldDefinition]:
        anybody = _by_name(read.fields) if read is not None else {}
        given = {each.name: (place, each) for place, each in enumerate(item.fields)}
        for field in mine.fields:
            if field.name not in given:
                yield field
                continue
            place, each = given[field.name]
            owner = thing("field", f"{mine.name}.{field.name}")
            yield self._settled(field, each, anybody.get(field.name), (*part, "fields", place), owner)
        known = {each.name for each in mine.fields}
        yield from (anybody[name] for name in given if name not in known and name in anybody)

    def _relationships(self) -> Iterator[RelationshipDefinition]:
        changed = {
            (each.source, each.target): (place, each.name)
            for place, each in enumerate(self.found.model.relationships)
            if change_of(each) != "nothing"
        }
        for mine in self.ours.relationships:
            if (mine.source, mine.target) in changed:
                place, name = changed[mine.source, mine.target]
                self._lost(
                    ("relationships", place), thing("relationship", name), Phrase("改了连接方式", "joins otherwise")
                )
            else:
                yield mine
        yield from (each for each in self.read.relationships if (each.source, each.target) in changed)

    # ---- metrics ----

    def _metrics(self) -> list[MetricDefinition]:
        read = _by_name(self.read.metrics)
        given = {each.name: (place, each) for place, each in enumerate(self.found.model.metrics)}
        fresh = self._recomputed(given)
        made: dict[str, MetricDefinition] = {}
        for mine in self.ours.metrics:
            owner = thing("metric", mine.name)
            if mine.name not in given:
                made[mine.name] = mine
            elif mine.name in fresh and mine.name in read:
                self._lost(("metrics", given[mine.name][0]), owner, Phrase("改了算法", "is computed in another way"))
                _take(mine.name, read, made)
            else:
                place, item = given[mine.name]
                made[mine.name] = self._settled(mine, item, None, ("metrics", place), owner)
        for name in given:
            if name not in made and name in read:
                _take(name, read, made)
        return list(made.values())

    def _recomputed(self, given: Mapping[str, tuple[int, OssieMetric]]) -> set[str]:
        """The document's metrics that say something else than they did, and those whose definition stands on them."""
        changed = {name for name, (_, each) in given.items() if change_of(each) == "meaning"}
        while True:
            more = {
                each.name
                for each in self.ours.metrics
                if each.name in given and each.name not in changed and _names_in(each) & changed
            }
            if not more:
                return changed
            changed |= more

    # ---- what changed ----

    def _settled(
        self,
        mine: _Worded,
        item: OssieDataset | OssieField | OssieMetric,
        read: _Worded | None,
        part: Part,
        owner: Phrase,
    ) -> _Worded:
        """Our definition, with the document's words where they are new; as anybody reads it where it means another
        thing."""
        match change_of(item):
            case "nothing":
                return mine
            case "words":
                self._lost(part, owner, Phrase("改了文字", "has other words"))
                words = {"description": both(item.description), "synonyms": synonyms_of(item.ai_context)}
                return mine.model_copy(update=words)
            case _:
                self._lost(part, owner, Phrase("改了意思", "says another thing"))
                return read if read is not None else mine

    def _lost(self, part: Part, owner: Phrase, change: Phrase) -> None:
        self.problems.append(ChangedSince(self.found.where(*part), owner, change))


def _take(name: str, read: Mapping[str, MetricDefinition], made: dict[str, MetricDefinition]) -> None:
    """A metric as anybody reads it, with the hidden ones that it stands on."""
    for each in sorted(_names_in(read[name])):
        if each in read and read[each].hidden and each not in made:
            made[each] = read[each]
    made[name] = read[name]


def _names_in(metric: MetricDefinition) -> set[str]:
    """The names that a formula speaks of."""
    if metric.dataset is not None or metric.expression is None:
        return set()
    sql = parse_expression(metric.expression)
    return {column.name for column in sql.columns} if isinstance(sql, Sql) else set()


def _by_name(items: Sequence[_Named]) -> dict[str, _Named]:
    return {each.name: each for each in items}
