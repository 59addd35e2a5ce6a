"""What the parts of a model say of each other: relationships, entities, lists, behaviours, names and words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.check_loop import check_loop
from semantic_layer.loading.datasets import known_columns
from semantic_layer.loading.metrics import BUCKET_PARAMETERS, parameters, uncounted
from semantic_layer.loading.problems.definitions import (
    BadEntityKey,
    BadEvents,
    BlankWord,
    MixedKinds,
)
from semantic_layer.loading.problems.joins import (
    DuplicateRelationship,
    JoinMultiplies,
    NoPrimaryKey,
    RelationshipCycle,
    relationship,
)
from semantic_layer.loading.problems.metrics import A_STOCK, NO_BUCKET, NO_TIME, NOT_OF_ROWS
from semantic_layer.loading.problems.names import (
    UnknownColumn,
    UnknownDataset,
    UnknownDimension,
    UnknownEntity,
    UnknownField,
    UnknownMetric,
    UnknownValue,
)
from semantic_layer.loading.references import Scope, declared_kind
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import group, named_group
from semantic_layer.loading.versions import check_versions, version_columns
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import RelationshipDefinition
from semantic_layer.model.joins import JoinPaths, cycles
from semantic_layer.model.model import Dataset, Dimension, Field, Metric, Step


def check_relationships(
    draft: Draft, datasets: Mapping[str, Dataset], joins: JoinPaths, taken: Iterable[Step] = ()
) -> Iterator[DefinitionProblem]:
    """Both ends exist, join by columns that they have, lead to unique rows, and never in a circle, not even with the
    hops that roles have `taken` over."""
    first: dict[tuple[str, str, tuple[tuple[str, str], ...]], int] = {}
    for place, each in enumerate(draft.definition.relationships):
        part: Part = ("relationships", place)
        if not draft.is_read(*part):
            continue
        owner = relationship(each.source, each.target)
        ends = (("from", each.source), ("to", each.target))
        for key, name in ends:
            if name not in datasets and "datasets" not in draft.gaps:
                yield UnknownDataset(draft.where(*part, key), owner, name, nearest(name, datasets))
        identity = (each.source, each.target, tuple(sorted(each.on.items())))
        if identity in first:
            there = draft.where("relationships", first[identity])
            yield DuplicateRelationship(draft.where(*part), each.source, each.target, there)
            continue
        first[identity] = place
        if each.source in datasets and each.target in datasets:
            yield from _check_join(draft, part, owner, each, datasets)
            yield from _check_join_kinds(draft, part, owner, each, datasets)
            yield from check_versions(draft, part, each, datasets, joins)
    yield from _check_circles(draft, datasets, taken)


def _check_circles(draft: Draft, datasets: Mapping[str, Dataset], taken: Iterable[Step]) -> Iterator[DefinitionProblem]:
    relationships = draft.definition.relationships
    hops = [(each.source, each.target, place) for place, each in enumerate(relationships)]
    hops += [(step.source, step.target, step.place) for step in taken if step.place is not None]
    edges: dict[tuple[str, str], int] = {}
    for source, target, place in hops:
        is_whole = source in datasets and target in datasets and draft.is_read("relationships", place)
        if is_whole and relationships[place].type == "many_to_one":
            edges.setdefault((source, target), place)
    for chain in cycles(edges):
        yield RelationshipCycle(draft.where("relationships", edges[chain[-2], chain[-1]]), chain)


def _check_join(
    draft: Draft, part: Part, owner: Phrase, each: RelationshipDefinition, datasets: Mapping[str, Dataset]
) -> Iterator[DefinitionProblem]:
    sides = ((datasets[each.source], tuple(each.on)), (datasets[each.target], tuple(each.on.values())))
    for dataset, names in sides:
        known = known_columns(dataset)
        for name in names:
            if known is not None and name not in known and _is_whole(draft, dataset):
                near = nearest(name, known)
                yield UnknownColumn(draft.where(*part, "on"), owner, name, dataset.name, near)
    uniques = sides[1:] if each.type == "many_to_one" else sides
    for dataset, names in uniques:
        if not _is_whole(draft, dataset):
            continue
        told_apart = {*names, *version_columns(each, dataset)}
        if not dataset.primary_key:
            # versions are told apart by the interval in which they are valid, which the database is asked about
            if each.valid is None:
                yield NoPrimaryKey(draft.where(*part), each.source, dataset.name)
        elif each.valid is not None and not {each.valid.since, each.valid.end} <= dataset.fields.keys():
            pass  # told where versions are checked
        elif not names or (set(names) <= set(dataset.primary_key) and not told_apart >= set(dataset.primary_key)):
            yield JoinMultiplies(draft.where(*part, "on"), dataset.name, names, dataset.primary_key)


def _check_join_kinds(
    draft: Draft, part: Part, owner: Phrase, each: RelationshipDefinition, datasets: Mapping[str, Dataset]
) -> Iterator[DefinitionProblem]:
    """What is joined by is of one kind on both sides."""
    for one, other in each.on.items():
        fields = datasets[each.source].fields.get(one), datasets[each.target].fields.get(other)
        if draft.unread or fields[0] is None or fields[1] is None:
            continue
        kinds = group(declared_kind(fields[0])), group(declared_kind(fields[1]))
        if kinds[0] is not None and kinds[1] is not None and kinds[0] != kinds[1]:
            left, right = named_group(kinds[0]), named_group(kinds[1])
            reason = Phrase(
                f"“{fields[0].qualified}”是{left.zh}，“{fields[1].qualified}”是{right.zh}：永远不会相等",
                f"'{fields[0].qualified}' is {left.en} and '{fields[1].qualified}' {right.en}: never equal",
            )
            yield MixedKinds(draft.where(*part, "on"), owner, f"{one}: {other}", reason)


def check_lists_and_entities(
    draft: Draft,
    datasets: Mapping[str, Dataset],
    joins: JoinPaths,
    dimensions: Mapping[str, Dimension],
    metrics: Mapping[str, Metric],
) -> Iterator[DefinitionProblem]:
    """Entities, lists, behaviours and preferences name datasets, fields, dimensions, metrics and values that exist."""
    names = Names(draft, datasets, joins, dimensions, metrics)
    yield from names.entities()
    yield from names.lists()
    yield from names.behaviours()
    yield from names.journeys()
    yield from names.preferences()
    yield from check_loop(draft, names)


class Names:
    """What the parts of a model name, held against what there is."""

    def __init__(
        self,
        draft: Draft,
        datasets: Mapping[str, Dataset],
        joins: JoinPaths,
        dimensions: Mapping[str, Dimension],
        metrics: Mapping[str, Metric],
    ) -> None:
        self._draft, self._datasets, self._joins = draft, datasets, joins
        self._dimensions, self._metrics = dimensions, metrics

    def entities(self) -> Iterator[DefinitionProblem]:
        for place, entity in enumerate(self._draft.definition.entities):
            part: Part = ("entities", place)
            if not self._draft.is_read(*part):
                continue
            owner = thing("entity", entity.name)
            dataset = self._datasets.get(entity.dataset)
            if dataset is None:
                if "datasets" not in self._draft.gaps:
                    near = nearest(entity.dataset, self._datasets)
                    yield UnknownDataset(self._draft.where(*part, "dataset"), owner, entity.dataset, near)
            elif _is_whole(self._draft, dataset):
                if entity.key not in dataset.fields:
                    near = nearest(entity.key, dataset.fields)
                    yield UnknownField(self._draft.where(*part, "key"), owner, entity.key, dataset.name, near)
                elif dataset.primary_key != (entity.key,):
                    where = self._draft.where(*part, "key")
                    yield BadEntityKey(where, entity.name, entity.key, dataset.name, dataset.primary_key)
                for column in entity.list_columns:
                    yield from self.column(column, dataset, (*part, "list_columns"), owner)
            yield from self.metric(entity.counted_by, (*part, "counted_by"), owner)

    def lists(self) -> Iterator[DefinitionProblem]:
        entities = {each.name: each for each in self._draft.definition.entities}
        for place, each in enumerate(self._draft.definition.lists):
            part: Part = ("lists", place)
            if not self._draft.is_read(*part):
                continue
            owner = thing("list", each.name)
            yield from self.metric(each.metric, (*part, "metric"), owner)
            if each.entity not in entities:
                if "entities" not in self._draft.gaps:
                    near = nearest(each.entity, entities)
                    yield UnknownEntity(self._draft.where(*part, "entity"), owner, each.entity, near)
                continue
            dataset = self._datasets.get(entities[each.entity].dataset)
            if dataset is None or not _is_whole(self._draft, dataset):
                continue
            yield from self.named_values(each.filter, dataset, (*part, "filter"), owner)
            yield from self.named_values(each.against, dataset, (*part, "against"), owner)
            for key, column in (*(("columns", name) for name in each.columns), ("commonest", each.commonest)):
                if column is not None:
                    yield from self.column(column, dataset, (*part, key), owner)
            if each.order_by is not None and each.order_by not in self._metrics:
                yield from self.column(each.order_by, dataset, (*part, "order_by"), owner, self._metrics)

    def named_values(
        self, named: Mapping[str, tuple[str, ...]], dataset: Dataset, part: Part, owner: Phrase
    ) -> Iterator[DefinitionProblem]:
        """Values of fields that rows of the dataset know."""
        for name, values in named.items():
            yield from self.column(name, dataset, (*part, name), owner)
            yield from self._values(name, values, dataset, (*part, name), owner)
            if not values:
                yield BlankWord(self._draft.where(*part, name), owner, f"{part[-1]}.{name}")

    def home(self, name: str, part: Part, owner: Phrase) -> Iterator[DefinitionProblem | Dataset]:
        """The dataset of the entity of that name, if it can be looked into."""
        entities = {each.name: each for each in self._draft.definition.entities}
        if name not in entities:
            yield from self._entity(name, entities, part, owner)
            return
        dataset = self._datasets.get(entities[name].dataset)
        if dataset is not None and _is_whole(self._draft, dataset):
            yield dataset

    def rows(self, name: str, part: Part, owner: Phrase) -> Iterator[DefinitionProblem | Dataset]:
        """The dataset of that name, if it can be looked into."""
        dataset = self._datasets.get(name)
        if dataset is None:
            if "datasets" not in self._draft.gaps:
                yield UnknownDataset(self._draft.where(*part), owner, name, nearest(name, self._datasets))
        elif _is_whole(self._draft, dataset):
            yield dataset

    def values_of_dimensions(
        self, named: Mapping[str, tuple[str, ...]], part: Part, owner: Phrase
    ) -> Iterator[DefinitionProblem]:
        """Values of dimensions, whatever rows these are of."""
        for name, values in named.items():
            if name in self._dimensions:
                home = self._datasets[self._dimensions[name].home.dataset]
                yield from self._values(name, values, home, (*part, name), owner)
            elif "datasets" not in self._draft.gaps and not self._draft.unread:
                near = nearest(name, self._dimensions)
                yield UnknownDimension(self._draft.where(*part, name), owner, name, near)

    def behaviours(self) -> Iterator[DefinitionProblem]:
        for place, each in enumerate(self._draft.definition.behaviours):
            part: Part = ("behaviours", place)
            if self._draft.is_read(*part):
                yield from self.metric(each.metric, (*part, "metric"), thing("behaviour", each.name))
                yield from self.metric(each.amount, (*part, "amount"), thing("behaviour", each.name))
                yield from self.metric(each.event, (*part, "event"), thing("behaviour", each.name))

    def journeys(self) -> Iterator[DefinitionProblem]:
        """Cohorts and funnels follow an entity that exists through metrics that count its events."""
        entities = {each.name: each.dataset for each in self._draft.definition.entities}
        for place, cohort in enumerate(self._draft.definition.cohorts):
            part: Part = ("cohorts", place)
            if self._draft.is_read(*part):
                yield from self._entity(cohort.entity, entities, part, thing("cohort", cohort.name))
                home = entities.get(cohort.entity)
                yield from self._events(cohort.metric, home, (*part, "metric"), thing("cohort", cohort.name))
        for place, funnel in enumerate(self._draft.definition.funnels):
            part = ("funnels", place)
            if not self._draft.is_read(*part):
                continue
            yield from self._entity(funnel.entity, entities, part, thing("funnel", funnel.name))
            for number, step in enumerate(funnel.steps):
                where: Part = (*part, "steps", number, "metric")
                owner = Phrase(
                    f"漏斗“{funnel.name}”的步骤“{step.name}”", f"step '{step.name}' of funnel '{funnel.name}'"
                )
                yield from self._events(step.metric, entities.get(funnel.entity), where, owner)

    def _events(self, name: str, home: str | None, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """The metric counts rows, each at a time and of one entity, whose dataset is `home`."""
        yield from self.metric(name, part, owner)
        metric = self._metrics.get(name)
        if metric is None or (metric.expression is None and metric.kind in ("simple", "derived")):
            return
        reason = self._unfollowed(metric)
        if reason is not None:
            yield BadEvents(self._draft.where(*part), owner, name, reason)
        elif metric.definition.dataset in self._datasets and home in self._datasets:
            scope = Scope(self._draft, self._datasets, self._joins, metric.definition.dataset or "")
            yield from scope.check_reach(home or "", part, owner)

    def _unfollowed(self, metric: Metric) -> Phrase | None:
        if metric.kind != "simple":
            return NOT_OF_ROWS
        if metric.is_stock:
            return A_STOCK
        dataset = self._datasets.get(metric.definition.dataset or "")
        if dataset is not None and metric.definition.time is None and dataset.definition.time is None:
            return NO_TIME.of(dataset=dataset.name)
        named = BUCKET_PARAMETERS & parameters(metric)
        return NO_BUCKET.of(name=min(named)) if named else uncounted(metric)

    def _entity(self, name: str, known: Collection[str], part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        if name not in known and "entities" not in self._draft.gaps:
            yield UnknownEntity(self._draft.where(*part, "entity"), owner, name, nearest(name, known))

    def preferences(self) -> Iterator[DefinitionProblem]:
        for place, each in enumerate(self._draft.definition.datasets):
            if not self._draft.is_read("datasets", place):
                continue
            for name in each.prefers:
                if name not in self._dimensions and "datasets" not in self._draft.gaps and not self._draft.unread:
                    where = self._draft.where("datasets", place, "prefers")
                    yield UnknownDimension(where, thing("dataset", each.name), name, nearest(name, self._dimensions))

    def metric(self, name: str | None, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
        """A metric that there is."""
        if name is not None and name not in self._metrics and "metrics" not in self._draft.gaps:
            yield UnknownMetric(self._draft.where(*part), owner, name, nearest(name, self._metrics))

    def column(
        self, name: str, dataset: Dataset, part: Part, owner: Phrase, more: Collection[str] = ()
    ) -> Iterator[DefinitionProblem]:
        """A field or dimension that rows of the dataset know."""
        if self._field(name, dataset) is None and not self._draft.unread and "datasets" not in self._draft.gaps:
            known = {n for each in self._reach(dataset) for n in each.fields}
            known |= {field.qualified for each in self._reach(dataset) for field in each.fields.values()}
            near = nearest(name, (*known, *more))
            yield UnknownField(self._draft.where(*part), owner, name, dataset.name, near)

    def _values(
        self, name: str, values: Collection[str], dataset: Dataset, part: Part, owner: Phrase
    ) -> Iterator[DefinitionProblem]:
        field = self._field(name, dataset)
        if field is not None and group(field.type) == "number":
            for value in (each for each in values if not _is_number(each)):
                reason = Phrase(f"“{field.qualified}”的值是数字", f"'{field.qualified}' holds numbers")
                yield MixedKinds(self._draft.where(*part), owner, value, reason)
            return
        codes = [str(code) for code in field.definition.values] if field is not None else []
        if field is None or not codes or field.definition.open:
            return
        for value in values:
            if value not in codes:
                near = nearest(value, codes)
                yield UnknownValue(self._draft.where(*part), owner, field.qualified, value, near)

    def _field(self, name: str, dataset: Dataset) -> Field | None:
        """The field that a list of the dataset's rows shows under that name: its own, or the nearest to-one. A role's
        go by the dimension's name, or by the dataset's too."""
        owner, _, field = name.rpartition(".")
        near = [each for each in self._reach(dataset) if each.name == owner or (not owner and each.role_of is None)]
        found = next((each.fields[field] for each in near if field in each.fields), None)
        if found is not None or name not in self._dimensions:
            return found
        reached = {each.name for each in self._reach(dataset)}
        return next((each for each in self._dimensions[name].fields if each.dataset in reached), None)

    def _reach(self, dataset: Dataset) -> list[Dataset]:
        paths = self._joins.paths.get(dataset.name, {})
        return [dataset, *(self._datasets[name] for name in sorted(paths, key=lambda name: len(paths[name])))]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_whole(draft: Draft, dataset: Dataset) -> bool:
    """Whether the dataset and all of its fields could be read."""
    return not draft.unread or not any(
        part[0] == "datasets" and draft.definition.datasets[int(part[1])].name == dataset.name for part in draft.unread
    )
