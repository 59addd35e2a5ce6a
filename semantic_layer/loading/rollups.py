"""Rollups: do their names stand for something, do their metrics add up, and do the rows have their dimensions?"""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.names import BadName, DuplicateName, UnknownDimension, UnknownMetric
from semantic_layer.loading.problems.rollups import (
    RollupBeyondReach,
    RollupNotAdditive,
    RollupOfSeveral,
    RollupPersonal,
)
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.date_parts import TimePartError
from semantic_layer.model.lookup import find_field
from semantic_layer.model.model import Metric, Model
from semantic_layer.model.placing import placed_by
from semantic_layer.sql.added_up import added_up
from semantic_layer.sql.counted_rows import counts_of_rows


def check_rollups(draft: Draft, model: Model) -> Iterator[DefinitionProblem]:
    """What is wrong with the rollups of a draft whose model is right in all else."""
    first: dict[str, int] = {}
    for place, rollup in enumerate(draft.definition.rollups):
        part: Part = ("rollups", place)
        if not draft.is_read(*part):
            continue
        owner = thing("rollup", rollup.name)
        if first.setdefault(rollup.name, place) != place:
            yield DuplicateName(draft.where(*part), "rollup", rollup.name, draft.where("rollups", first[rollup.name]))
        # it names a table
        if not (rollup.name.isascii() and rollup.name.isidentifier() and rollup.name == rollup.name.lower()):
            yield BadName(draft.where(*part), "rollup", rollup.name)
        for name in rollup.metrics:
            if name not in model.metrics:
                yield UnknownMetric(draft.where(*part, "metrics"), owner, name, nearest(name, model.metrics))
        leaves = [leaf for name in rollup.metrics if name in model.metrics for leaf in model.leaves(name)]
        yield from _metrics(draft.where(*part, "metrics"), owner, leaves, model)
        if leaves and leaves[0].definition.dataset is not None:
            yield from _dimensions(draft.where(*part, "dimensions"), owner, rollup.dimensions, leaves[0], model)


def _metrics(where: str, owner: Phrase, leaves: list[Metric], model: Model) -> Iterator[DefinitionProblem]:
    sound = [leaf for leaf in leaves if is_additive(leaf)]
    yield from (RollupNotAdditive(where, owner, leaf.name) for leaf in leaves if leaf not in sound)
    for leaf in sound:
        one, other = _place(sound[0], model), _place(leaf, model)
        if one != other or placed_by(leaf, model) is None:
            yield RollupOfSeveral(where, owner, sound[0].name, one, leaf.name, other)


def is_additive(leaf: Metric) -> bool:
    """Whether a metric over rows is made of sums and counts of them alone."""
    is_plain = leaf.kind == "simple" and leaf.expression is not None
    given = leaf.definition
    staged = (given.per, given.latest, given.window, given.among, given.valid, given.via)
    return is_plain and not any(staged) and added_up(counts_of_rows(leaf.expression)) is not None  # type: ignore[arg-type]


def _place(leaf: Metric, model: Model) -> str:
    time = placed_by(leaf, model)
    return f"{leaf.definition.dataset} @ {time.qualified if time is not None else '-'}"


def _dimensions(
    where: str, owner: Phrase, names: tuple[str, ...], leaf: Metric, model: Model
) -> Iterator[DefinitionProblem]:
    dataset = leaf.definition.dataset or ""
    for name in names:
        try:
            field = find_field(model, name, dataset, placed_by(leaf, model))
        except KeyError:
            yield UnknownDimension(where, owner, name, nearest(name, model.dimensions))
            continue
        except TimePartError:
            field = None
        if field is None or field.dataset not in (dataset, *model.paths.get(dataset, {})):
            yield RollupBeyondReach(where, owner, name, dataset)
        elif model.is_guarded(field):
            yield RollupPersonal(where, owner, name)
