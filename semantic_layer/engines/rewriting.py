"""Trees rewritten for a dialect node by node, from the leaves up, and what a dialect cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from semantic_layer.errors import EngineError, EngineProblem, problem

Rewrite = Callable[[exp.Expr], exp.Expr]
"""A node's equal in a dialect: the node itself, changed or not, or another one in its place."""


@problem(
    "not_in_dialect",
    zh="“{expression}”在 {dialect} 的 SQL 里没有对应的写法。请换一种写法来定义。",
    en="'{expression}' has no equal in the SQL of {dialect}. Write the definition without it.",
)
class NotInDialect(EngineProblem):
    """A definition uses what the database's SQL has no equal for; another function of that name would mislead."""

    expression: str
    dialect: str


def rewritten(tree: exp.Expr, rewrites: Iterable[Rewrite]) -> exp.Expr:
    """The tree after each rewrite has seen every node, children before their parents. The tree itself is changed."""
    passes = tuple(rewrites)
    for node in reversed(list(tree.walk(bfs=False))):
        # a rewrite may put the node under another, so its place is kept before
        parent, key, index = node.parent, node.arg_key, node.index
        found = node
        for rewrite in passes:
            found = rewrite(found)
        if found is node:
            continue
        if parent is None or node is tree:
            tree = found
        else:
            assert key is not None, "a child has a place"
            parent.set(key, found, index)
    return tree


def refuse(node: exp.Expr, dialect: str) -> EngineError:
    """The problem of an expression without an equal."""
    return EngineError(NotInDialect(node.sql("duckdb"), dialect))


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A function under exactly this name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(tree: exp.Expr, kind: exp.DType) -> exp.Cast:
    """A cast, built without parsing."""
    return exp.Cast(this=tree, to=exp.DataType(this=kind, nested=False))


def parts(tree: exp.Expr) -> exp.Expr:
    """An operand in parentheses, unless it needs none."""
    is_whole = isinstance(tree, exp.Column | exp.Func | exp.Literal | exp.Paren | exp.Cast | exp.Case | exp.Null)
    return tree if is_whole else exp.Paren(this=tree)
