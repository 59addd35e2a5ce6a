"""A semantic model of a document to definitions of ours: what can be said is carried over, all else is named.

Whatever our own checks refuse is left out and named too, with its line in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from semantic_layer.errors import DefinitionProblem, DefinitionsError, Phrase, thing
from semantic_layer.interop.ossie import dialects
from semantic_layer.interop.ossie.datasets import DatasetConverter
from semantic_layer.interop.ossie.dimensions import told_apart
from semantic_layer.interop.ossie.document import Found
from semantic_layer.interop.ossie.metrics import Measured, MetricConverter
from semantic_layer.interop.ossie.names import slug
from semantic_layer.interop.ossie.problems import LeftBehind, NotCarriedOver, Remark
from semantic_layer.interop.ossie.reads import Reads
from semantic_layer.interop.ossie.relationships import convert_relationships
from semantic_layer.interop.ossie.spec import Extension
from semantic_layer.interop.ossie.times import Times
from semantic_layer.interop.ossie.words import both, left_behind
from semantic_layer.interop.refused import refused, time_of
from semantic_layer.loading.problems.joins import relationship
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.model.joins import join_paths, join_steps
from semantic_layer.sql.parsing import Sql

VENDOR = "HUITOU"


@dataclass(frozen=True)
class Converted:
    """The definitions, what they leave out (`problems`), and what is worth knowing though no number is touched."""

    definition: ModelDefinition
    problems: tuple[DefinitionProblem, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Choices:
    """What a document leaves open: `schema` is where its tables stand, in place of what its sources say ('' for
    nowhere in particular); `times` gives the time of a dataset, as `field` or `dataset.field`."""

    schema: str | None = None
    times: Mapping[str, str] = field(default_factory=dict)


def convert_model(found: Found, choices: Choices) -> Converted:
    """The definitions that a semantic model's core part makes, whatever our own extension says. Raises DefinitionsError
    where nothing can be left out to mend what our checks refuse."""
    problems: list[DefinitionProblem] = [*_beside_definitions(found)]
    placed = _placed(found, choices, problems)
    while True:
        wrong = refused(placed.definition)
        if not wrong:
            break
        placed = _without(placed, wrong, found, problems)
    told = tuple(dict.fromkeys(problems))
    remarks = tuple(each for each in told if isinstance(each, Remark))
    return Converted(placed.definition, tuple(each for each in told if not isinstance(each, Remark)), remarks)


@dataclass(frozen=True, eq=False)
class _Placed:
    """Definitions and, side by side with them, where they stand in the document. Fields beyond those that have a place
    stand where their dataset does."""

    definition: ModelDefinition
    datasets: tuple[tuple[Part, tuple[Part, ...]], ...]
    relationships: tuple[Part, ...]
    metrics: tuple[Measured, ...]


def _placed(found: Found, choices: Choices, problems: list[DefinitionProblem]) -> _Placed:
    parsed = _parsed_metrics(found, problems)
    reads = Reads(found.model, parsed)
    datasets = DatasetConverter(found, reads, choices.schema, problems).datasets()
    joined = convert_relationships(found, datasets, problems)
    joins = join_paths([each.rows.ours for each in datasets.values()], join_steps(joined.plain))
    measured = MetricConverter(found, parsed, datasets, joins, problems).metrics()
    homes = {each.definition.dataset for each in measured if each.definition.dataset is not None}
    times = Times(found, datasets, joined, choices.times, homes).definitions(problems)
    keyed = [
        each.model_copy(update={"primary_key": joined.keys[each.name]}) if each.name in joined.keys else each
        for each in times
    ]
    definition = ModelDefinition(
        name=slug(found.model.name, "model"),
        description=both(found.model.description),
        datasets=(
            *told_apart(keyed, {each.definition.name for each in measured}),
            *(role for role, _ in joined.roles),
        ),
        relationships=joined.definitions,
        metrics=tuple(each.definition for each in measured),
    )
    places: list[tuple[Part, tuple[Part, ...]]] = [(each.part, each.field_parts) for each in datasets.values()]
    places += ((part, ()) for _, part in joined.roles)
    return _Placed(definition, tuple(places), joined.parts, measured)


def _parsed_metrics(found: Found, problems: list[DefinitionProblem]) -> dict[str, Sql]:
    parsed: dict[str, Sql] = {}
    for place, metric in enumerate(found.model.metrics):
        part, owner = ("metrics", place, "expression"), thing("metric", metric.name)
        text = dialects.readable(metric.expression, found.where(*part), owner)
        if isinstance(text, DefinitionProblem):
            problems.append(text)
            continue
        sql = dialects.parsed(text, found.where(*part, "dialects", text.place, "expression"), owner)
        if isinstance(sql, DefinitionProblem):
            problems.append(sql)
        else:
            parsed[metric.name] = sql
    return parsed


def _beside_definitions(found: Found) -> Iterator[Remark]:
    """What stands beside definitions and has no place in ours: guidance, other tools' extensions, further keys."""
    model = found.model
    yield from left_behind(model.ai_context, found.where("ai_context"), thing("model", model.name))
    yield from _extensions(model.custom_extensions, found, (), thing("model", model.name))
    for place, dataset in enumerate(model.datasets):
        part: Part = ("datasets", place)
        yield from _extensions(dataset.custom_extensions, found, part, thing("dataset", dataset.name))
        for index, key in enumerate(dataset.unique_keys):
            if key != dataset.primary_key:
                where = found.where(*part, "unique_keys", index)
                yield LeftBehind(
                    where,
                    thing("dataset", dataset.name),
                    Phrase(f"唯一键（{'、'.join(key)}）", f"the unique key ({', '.join(key)})"),
                )
        for index, each in enumerate(dataset.fields):
            owner = thing("field", f"{dataset.name}.{each.name}")
            yield from _extensions(each.custom_extensions, found, (*part, "fields", index), owner)
    for place, joined in enumerate(model.relationships):
        owner = thing("relationship", joined.name)
        yield from _extensions(joined.custom_extensions, found, ("relationships", place), owner)
    for place, metric in enumerate(model.metrics):
        yield from _extensions(metric.custom_extensions, found, ("metrics", place), thing("metric", metric.name))


def _extensions(extensions: tuple[Extension, ...], found: Found, part: Part, owner: Phrase) -> Iterator[Remark]:
    for index, each in enumerate(extensions):
        if each.vendor_name != VENDOR:
            where = found.where(*part, "custom_extensions", index)
            yield LeftBehind(
                where, owner, Phrase(f" {each.vendor_name} 的扩展", f"the extension of {each.vendor_name}")
            )


# ---- what our checks refuse ----


def _without(
    placed: _Placed, wrong: list[tuple[Part, DefinitionProblem]], found: Found, problems: list[DefinitionProblem]
) -> _Placed:
    """The definitions without what was refused. Raises DefinitionsError where that is a whole dataset or the model."""
    fatal: list[DefinitionProblem] = []
    lost: set[Part] = set()
    for part, problem in wrong:
        item, owner = _item(placed, part)
        where = found.where(*_place(placed, part))
        if item is None:
            fatal.append(replace(problem, where=where))
        else:
            lost.add(item)
            problems.append(NotCarriedOver(where, owner, problem.phrase()))
    if fatal:
        raise DefinitionsError(*(each for each in problems if not isinstance(each, Remark)), *fatal)
    return _dropped(placed, lost)


def _item(placed: _Placed, part: Part) -> tuple[Part | None, Phrase]:
    """The relationship, field or metric (with all that it is made of) that a part belongs to."""
    definition = placed.definition
    match part:
        case ("metrics", int() as place, *_):
            return ("metrics", placed.metrics[place].of), thing("metric", placed.metrics[place].of)
        case ("relationships", int() as place, *_):
            each = definition.relationships[place]
            return ("relationships", place), relationship(each.source, each.target)
        case ("datasets", int() as place, "fields", int() as index, *_):
            dataset = definition.datasets[place]
            return ("datasets", place, index), thing("field", f"{dataset.name}.{dataset.fields[index].name}")
        case ("datasets", int() as place, "time"):
            return ("datasets", place, "time"), time_of(definition.datasets[place].name)
        case ("datasets", int() as place, *_) if definition.datasets[place].role_of is not None:
            return ("datasets", place), thing("role", definition.datasets[place].name)
        case _:
            return None, Phrase("", "")


def _place(placed: _Placed, part: Part) -> Part:
    match part:
        case ("metrics", int() as place, *_):
            return (*placed.metrics[place].part, "expression")
        case ("relationships", int() as place, *_):
            return placed.relationships[place]
        case ("datasets", int() as place, "fields", int() as index, *_) if index < len(placed.datasets[place][1]):
            return (*placed.datasets[place][1][index], "expression")
        case ("datasets", int() as place, *_):
            return placed.datasets[place][0]
        case _:
            return ()


def _dropped(placed: _Placed, lost: set[Part]) -> _Placed:
    datasets, places = [], []
    for place, dataset in enumerate(placed.definition.datasets):
        if ("datasets", place) in lost:
            continue
        kept = [index for index in range(len(dataset.fields)) if ("datasets", place, index) not in lost]
        time = None if ("datasets", place, "time") in lost else dataset.time
        fields = tuple(dataset.fields[index] for index in kept)
        datasets.append(dataset.model_copy(update={"fields": fields, "time": time}))
        own, parts = placed.datasets[place]
        places.append((own, tuple(parts[index] for index in kept if index < len(parts))))
    known = {each.name for each in datasets}
    joined = [
        place
        for place, each in enumerate(placed.definition.relationships)
        if ("relationships", place) not in lost and {each.source, each.target} <= known
    ]
    metrics = tuple(each for each in placed.metrics if ("metrics", each.of) not in lost)
    update = {
        "datasets": tuple(datasets),
        "metrics": tuple(each.definition for each in metrics),
        "relationships": tuple(placed.definition.relationships[place] for place in joined),
    }
    relationships = tuple(placed.relationships[place] for place in joined)
    return _Placed(placed.definition.model_copy(update=update), tuple(places), relationships, metrics)
