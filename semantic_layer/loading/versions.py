"""Relationships to versions: does the definition tell which version of a thing a row finds?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.loading.problems.joins import BadVersions, relationship
from semantic_layer.loading.references import Scope, place_of
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.definitions import RelationshipDefinition
from semantic_layer.model.joins import AS_OF_TODAY, JoinPaths
from semantic_layer.model.model import Dataset
from semantic_layer.model.names import parse_name
from semantic_layer.sql.parsing import columns


def check_versions(
    draft: Draft, part: Part, each: RelationshipDefinition, datasets: Mapping[str, Dataset], joins: JoinPaths
) -> Iterator[DefinitionProblem]:
    """The interval is made of times of the target's own rows, and the instant is a time of the source."""
    if each.valid is None:
        if each.at is not None:
            reason = Phrase(
                "有 `at` 而没有 `valid`。请写明版本在哪两个时间之间有效",
                "has an `at` but no `valid`. Name the times between which a version is valid",
            )
            yield _bad(draft, (*part, "at"), each, reason)
        return
    if each.type == "one_to_one":
        reason = Phrase(
            "指向版本，所以不能是 one_to_one。请去掉 `type`",
            "leads to versions, so it cannot be one_to_one. Leave `type` out",
        )
        yield _bad(draft, (*part, "type"), each, reason)
    owner = relationship(each.source, each.target)
    target = Scope(draft, datasets, joins, each.target)
    for key, name in (("from", each.valid.since), ("until", each.valid.end)):
        yield from target.check_time(name, (*part, "valid", key), owner)
        field = datasets[each.target].fields.get(name)
        if "." in name or (field is not None and any(column.table for column in columns(field.expression))):
            reason = Phrase(
                f"用“{name}”作版本的一端，但它不是“{each.target}”自己的字段",
                f"takes '{name}' for an end of its versions, which is no field of '{each.target}' alone",
            )
            yield _bad(draft, (*part, "valid", key), each, reason)
    yield from _check_instant(draft, part, each, Scope(draft, datasets, joins, each.source), owner)


def _check_instant(
    draft: Draft, part: Part, each: RelationshipDefinition, scope: Scope, owner: Phrase
) -> Iterator[DefinitionProblem]:
    name = each.at or scope.datasets[each.source].definition.time
    if name is None:
        if draft.is_read("datasets", place_of(draft, each.source)):
            reason = Phrase(
                f"要找版本，但“{each.source}”没有 `time`。请写 `at:`，用它的字段或 {AS_OF_TODAY}",
                f"finds versions, but '{each.source}' has no `time`. Say `at:`, a field of it or {AS_OF_TODAY}",
            )
            yield _bad(draft, part, each, reason)
        return
    if name == AS_OF_TODAY:
        return
    if each.at is not None:
        yield from scope.check_time(name, (*part, "at"), owner)
    for dataset in _read(scope, name):
        way = scope.joins.paths.get(each.source, {}).get(dataset, ())
        if any(step.validity is not None for step in way):
            reason = Phrase(
                f"按“{name}”找版本，而它本身又取自“{dataset}”的某个版本",
                f"finds versions by '{name}', which itself is read from a version of '{dataset}'",
            )
            yield _bad(draft, (*part, "at"), each, reason)


def _read(scope: Scope, name: str) -> Iterator[str]:
    """The neighbours that a time is read from."""
    column = parse_name(name)
    if column is None:
        return
    todo, seen = [(column.table or scope.dataset, column.name)], set()
    while todo:
        owner, inner = todo.pop()
        if (owner, inner) in seen or owner not in scope.datasets:
            continue
        seen.add((owner, inner))
        field = scope.datasets[owner].fields.get(inner)
        if field is not None:
            todo += [(each.table or owner, each.name) for each in columns(field.expression) if each.table]
    yield from sorted({owner for owner, _ in seen} - {scope.dataset})


def version_columns(each: RelationshipDefinition, target: Dataset) -> tuple[str, ...]:
    """The columns by which versions of one thing differ."""
    if each.valid is None:
        return ()
    fields = (target.fields.get(name) for name in (each.valid.since, each.valid.end))
    found = (field.expression for field in fields if field is not None)
    return tuple(tree.name for tree in found if isinstance(tree, exp.Column))


def _bad(draft: Draft, part: Part, each: RelationshipDefinition, reason: Phrase) -> BadVersions:
    return BadVersions(draft.where(*part), each.source, each.target, reason)
