"""Our definitions as an Ossie document: in its own terms what those can say, all else in our extension.

Every dataset, field, relationship and plain aggregate can be read by other tools. What would be another number there
(a stock, a transition, a window) is in the extension alone, as are words in two languages, values and lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from sqlglot import exp

from semantic_layer.interop.ossie import extension
from semantic_layer.interop.ossie.export_metrics import Expressions
from semantic_layer.interop.ossie.names import Taken
from semantic_layer.interop.ossie.portable import portable, portable_query
from semantic_layer.interop.ossie.spec import (
    AiContext,
    DataType,
    DialectExpression,
    DimensionMark,
    Expression,
    OssieDataset,
    OssieDocument,
    OssieField,
    OssieMetric,
    OssieModel,
    OssieRelationship,
)
from semantic_layer.interop.ossie.words import all_words, joined
from semantic_layer.loading.build import build
from semantic_layer.loading.unchecked import Draft, MemoryPositions
from semantic_layer.model.definitions import (
    Bilingual,
    DatasetDefinition,
    FieldType,
    ModelDefinition,
    RelationshipDefinition,
)
from semantic_layer.model.model import Dataset, Field, Metric, Model, Step

# a number is left without a data type: the specification's tell exact ones from approximate ones, and ours do not
_DATA_TYPES: dict[FieldType, DataType] = {
    "text": "String",
    "integer": "Integer",
    "boolean": "Boolean",
    "date": "Date",
    "timestamp": "DateTime",
}
_DATED = ("date", "timestamp")
# the keys of a relationship that columns can say
_JOINED_BY = frozenset({"from", "to", "on", "type"})


def export(definition: ModelDefinition) -> str:
    """The definitions as the YAML text of a document. Raises DefinitionsError where they are wrong."""
    document = OssieDocument(semantic_model=(exported(definition),))
    value = {"version": document.version, **document.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


def exported(definition: ModelDefinition) -> OssieModel:
    """The definitions as a semantic model of a document. Raises DefinitionsError where they are wrong."""
    return _Exporter(definition, build(Draft(definition, MemoryPositions(definition)))).model()


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, so that people can read the SQL in them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


@dataclass(frozen=True, eq=False)
class _Exporter:
    definition: ModelDefinition
    loaded: Model

    def model(self) -> OssieModel:
        """The whole model, with our extension."""
        datasets = tuple(self._datasets())
        relationships = dict(self._relationships({each.name for each in datasets}))
        fields = frozenset(f"{dataset.name}.{each.name}" for dataset in datasets for each in dataset.fields)
        steps = frozenset(step for each in relationships.values() for step in _steps(self.definition, each))
        expressions = Expressions(self.loaded, fields, steps)
        core = OssieModel(
            name=self.definition.name,
            description=_english(self.definition.description),
            datasets=datasets,
            relationships=tuple(self._relationship(name, place) for name, place in relationships.items()),
            metrics=tuple(self._metrics(expressions)),
        )
        own = extension.of_model(self.definition, core, relationships)
        return core.model_copy(update={"custom_extensions": own})

    # ---- datasets ----

    def _datasets(self) -> Iterator[OssieDataset]:
        for definition in self.definition.datasets:
            dataset = self.loaded.datasets[definition.name]
            source = self._source(definition, dataset)
            if source is None:
                continue
            part = OssieDataset(
                name=definition.name,
                source=source,
                primary_key=definition.primary_key,
                description=_english(definition.description),
                ai_context=_context(all_words(definition.label, definition.synonyms)),
                fields=tuple(self._fields(dataset)),
            )
            yield extension.beside(part, definition, "fields")

    def _source(self, definition: DatasetDefinition, dataset: Dataset) -> str | None:
        if definition.table is not None:
            return definition.table
        if definition.sql is None or dataset.source is None:
            return None
        return portable_query(dataset.source, self.loaded.parameters)

    def _fields(self, dataset: Dataset) -> Iterator[OssieField]:
        for each in dataset.fields.values():
            is_own = not any(column.table for column in each.expression.find_all(exp.Column))
            text = portable(each.expression, self.loaded.parameters) if is_own else None
            if text is not None:
                yield self._field(each, text)

    def _field(self, field: Field, text: str) -> OssieField:
        definition = field.definition
        part = OssieField(
            name=field.name,
            expression=_expression(text),
            datatype=_DATA_TYPES.get(field.type),
            dimension=_mark(field),
            description=_english(definition.description),
            ai_context=_context(
                all_words(definition.label, definition.synonyms),
                f"Personal data ({definition.pii}): not to be shown." if definition.pii is not None else None,
            ),
        )
        return extension.beside(part, definition)

    # ---- relationships ----

    def _relationships(self, datasets: set[str]) -> Iterator[tuple[str, int]]:
        """The relationships that columns can say, each with a name and its place."""
        names = Taken()
        for place, each in enumerate(self.definition.relationships):
            given = frozenset(each.model_dump(by_alias=True, exclude_defaults=True))
            if given <= _JOINED_BY and {each.source, each.target} <= datasets:
                yield names.give(f"{each.source}_to_{each.target}"), place

    def _relationship(self, name: str, place: int) -> OssieRelationship:
        each = self.definition.relationships[place]
        part = OssieRelationship(
            name=name,
            source=each.source,
            target=each.target,
            from_columns=tuple(each.on),
            to_columns=tuple(each.on.values()),
        )
        return extension.beside(part, each, "from", "to", "on")

    # ---- metrics ----

    def _metrics(self, expressions: Expressions) -> Iterator[OssieMetric]:
        for metric in self.loaded.metrics.values():
            text = expressions.text(metric)
            if text is not None:
                definition = metric.definition
                part = OssieMetric(
                    name=metric.name,
                    expression=_expression(text),
                    description=_english(definition.description),
                    datatype="Integer" if _counts(metric) else None,
                    ai_context=_context(
                        all_words(definition.label, definition.synonyms), joined(self._guidance(metric))
                    ),
                )
                yield extension.beside(part, definition)

    def _guidance(self, metric: Metric) -> Iterator[str]:
        """What another tool's reader should know to ask for the metric as we do."""
        definition = metric.definition
        if definition.unit == "percent":
            yield "A fraction of 1, to be shown as percent."
        elif definition.unit != "count":
            yield f"In {definition.unit}."
        times = {
            f"{dataset}.{time}" if "." not in time else time
            for dataset in self.loaded.grouping_datasets(metric.name)
            if (time := self.loaded.datasets[dataset].definition.time) is not None
        }
        if times:
            yield f"Placed in time by {' and '.join(sorted(times))}."
        if definition.default_period is not None:
            yield f"Asked without a period, it is over the {definition.default_period}."


def _steps(definition: ModelDefinition, place: int) -> tuple[Step, ...]:
    each: RelationshipDefinition = definition.relationships[place]
    on = tuple(each.on.items())
    back = Step(each.target, each.source, tuple((right, left) for left, right in on))
    there = Step(each.source, each.target, on)
    return (there, back) if each.type == "one_to_one" else (there,)


def _expression(text: str) -> Expression:
    return Expression(dialects=(DialectExpression(dialect="ANSI_SQL", expression=text),))


def _mark(field: Field) -> DimensionMark | None:
    """Whether the field is a dimension, and of time; dates that are none say so, for else their type would."""
    role = field.definition.role
    if role == "time":
        return DimensionMark(is_time=True)
    return DimensionMark(is_time=False) if role == "dimension" or field.type in _DATED else None


def _counts(metric: Metric) -> bool:
    tree = metric.expression.this if isinstance(metric.expression, exp.Filter) else metric.expression
    return isinstance(tree, exp.Count | exp.CountIf)


def _english(words: Bilingual | None) -> str | None:
    return words.en if words is not None else None


def _context(synonyms: tuple[str, ...], instructions: str | None = None) -> AiContext | None:
    return AiContext(synonyms=synonyms, instructions=instructions) if synonyms or instructions else None
