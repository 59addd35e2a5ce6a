"""Policies and field rules: do their names stand for something, and is there no way around what they say?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.access import (
    AttributeNotCompared,
    BadRuleField,
    PolicyOfRole,
    QuotedAttribute,
    UnknownAttribute,
)
from semantic_layer.loading.problems.definitions import BadExpression, MisplacedAggregate, MixedKinds
from semantic_layer.loading.problems.names import BadName, DuplicateName, ReservedName, UnknownDataset
from semantic_layer.loading.references import Scope, check_no_bucket, check_row_expression
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import not_a_condition
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.access import READER, attributes_in, compared_with
from semantic_layer.model.definitions import PolicyDefinition
from semantic_layer.model.joins import JoinPaths
from semantic_layer.model.model import Dataset
from semantic_layer.query.reader import OWN_NAME
from semantic_layer.sql.parsing import Sql, Unparsable, parse_expression

_NO_AGGREGATE = Phrase("行权限逐行判断。", "A policy is about one row at a time.")
_QUOTED = re.compile(rf"\s*\$?{READER}\.\w+\s*", re.IGNORECASE)


def check_access(draft: Draft, datasets: Mapping[str, Dataset], joins: JoinPaths) -> Iterator[DefinitionProblem]:
    """Every mistake in what the definitions say of readers."""
    yield from _check_names(draft, datasets)
    for place, policy in enumerate(draft.definition.policies):
        if draft.is_read("policies", place):
            yield from _check_policy(draft, ("policies", place), policy, datasets, joins)
    known = {field.qualified for dataset in datasets.values() for field in dataset.fields.values()}
    for place, rule in enumerate(draft.definition.field_rules):
        for name in rule.fields if draft.is_read("field_rules", place) else ():
            if name not in known and not draft.unread and "datasets" not in draft.gaps:
                yield BadRuleField(draft.where("field_rules", place, "fields"), name, nearest(name, known))


def _check_names(draft: Draft, datasets: Mapping[str, Dataset]) -> Iterator[DefinitionProblem]:
    for section, kind in (("policies", "policy"), ("reader_attributes", "reader attribute")):
        first: dict[str, int] = {}
        for place, each in enumerate(getattr(draft.definition, section)):
            part = (section, place)
            if not draft.is_read(*part):
                continue
            if first.setdefault(each.name, place) != place:
                yield DuplicateName(draft.where(*part), kind, each.name, draft.where(section, first[each.name]))
            if not each.name.isidentifier():
                yield BadName(draft.where(*part), kind, each.name)
            elif kind == "reader attribute" and each.name == OWN_NAME:
                yield ReservedName(draft.where(*part), kind, each.name, (OWN_NAME,))
    if READER in datasets and draft.definition.policies:
        yield ReservedName(draft.where("datasets", READER), "dataset", READER, (READER,))


def _check_policy(
    draft: Draft, part: Part, policy: PolicyDefinition, datasets: Mapping[str, Dataset], joins: JoinPaths
) -> Iterator[DefinitionProblem]:
    owner, where = thing("policy", policy.name), draft.where(*part, "filter")
    found = parse_expression(policy.filter)
    if isinstance(found, Unparsable):
        yield BadExpression(where, owner, policy.filter, found.reason)
        return
    dataset = datasets.get(policy.dataset)
    if dataset is None:
        if "datasets" not in draft.gaps:
            near = nearest(policy.dataset, datasets)
            yield UnknownDataset(draft.where(*part, "dataset"), owner, policy.dataset, near)
        return
    if dataset.role_of is not None:
        yield PolicyOfRole(draft.where(*part, "dataset"), owner, dataset.name, dataset.role_of)
    yield from check_row_expression(draft, found, (*part, "filter"), owner)
    yield from check_no_bucket(draft, found, (*part, "filter"), owner)
    if found.aggregates:
        yield MisplacedAggregate(where, owner, found.aggregates[0].sql("duckdb"), _NO_AGGREGATE)
    scope = Scope(draft, datasets, joins, policy.dataset)
    fields = [column for column in found.columns if column.table.lower() != READER]
    yield from scope.check(fields, (*part, "filter"), owner)
    yield from scope.check_values(found, (*part, "filter"), owner)
    reason = not_a_condition(scope.with_kinds(found.tree))
    if reason is not None:
        yield MixedKinds(where, owner, found.tree.sql("duckdb"), reason)
    yield from _check_attributes(draft, (*part, "filter"), policy, found)


def _check_attributes(draft: Draft, part: Part, policy: PolicyDefinition, found: Sql) -> Iterator[DefinitionProblem]:
    owner, where = thing("policy", policy.name), draft.where(*part)
    known = (OWN_NAME, *(each.name for each in draft.definition.reader_attributes))
    for column in attributes_in(found.tree):
        if column.name not in known and "reader_attributes" not in draft.gaps:
            yield UnknownAttribute(where, owner, column.name, tuple(nearest(column.name, known)))
        if compared_with(column) is None:
            yield AttributeNotCompared(where, owner, column.sql("duckdb"))
    for literal in found.tree.find_all(exp.Literal):
        if literal.is_string and _QUOTED.fullmatch(literal.name):
            yield QuotedAttribute(where, owner, literal.sql("duckdb"))
