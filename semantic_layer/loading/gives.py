"""What a metric's expressions give: a number, true or false, something of single rows; the problems of others."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.loading.problems.definitions import MisplacedAggregate, MixedKinds, NotANumber
from semantic_layer.loading.problems.metrics import OF_SINGLE_ROWS
from semantic_layer.loading.references import as_sql, check_kinds
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.value_kinds import group_of, named_group, not_a_condition
from semantic_layer.loading.yaml_text import Part
from semantic_layer.sql.parsing import Sql


def check_number(draft: Draft, tree: exp.Expr, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """A tree whose columns know their kinds makes sense, and gives a number (or a time)."""
    yield from check_kinds(draft, tree, part, owner)
    yield from check_gives_number(draft, tree, part, owner)


def check_gives_number(draft: Draft, tree: exp.Expr, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """What a tree gives is a number or a time."""
    kind = group_of(tree)
    if kind in ("text", "true or false"):
        yield NotANumber(draft.where(*part), owner, as_sql(tree), named_group(kind))


def check_holds(draft: Draft, tree: exp.Expr, part: Part, owner: Phrase) -> Iterator[DefinitionProblem]:
    """A filter is true or false."""
    reason = not_a_condition(tree)
    if reason is not None:
        yield MixedKinds(draft.where(*part), owner, as_sql(tree), reason)


def check_single_rows(draft: Draft, sql: Sql, part: Part, owner: Phrase, keys: str) -> Iterator[DefinitionProblem]:
    """No aggregate stands where single rows are meant; `keys` are those that choose by one."""
    for each in sql.aggregates[:1]:
        yield MisplacedAggregate(draft.where(*part), owner, as_sql(each), OF_SINGLE_ROWS.of(keys=keys))
