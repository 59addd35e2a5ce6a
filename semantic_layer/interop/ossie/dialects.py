"""Expressions of a document to SQL trees that mean the same in our definitions' dialect, DuckDB's.

Of several dialects the first readable one of `READABLE` is taken, whatever their order in the document. The portable
language, written under ANSI_SQL, has functions that the standard lacks (DATEADD, DATEDIFF, IFF, ZEROIFNULL); all of
them are Snowflake's, whose grammar reads it. `CURRENT_DATE` becomes `$as_of`: today is the asker's, not the clock's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError, UnsupportedError

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.interop.ossie.problems import BadExpression, NoKnownDialect
from semantic_layer.interop.ossie.spec import Expression
from semantic_layer.sql.parsing import (
    EMPTY,
    MAX_EXPRESSION_LENGTH,
    NOT_SQL,
    TOO_LONG,
    Sql,
    Unparsable,
    parse_expression,
    parse_query,
)

READABLE: Mapping[str, str] = {
    "ANSI_SQL": "snowflake",
    "SNOWFLAKE": "snowflake",
    "DATABRICKS": "databricks",
    "BIGQUERY": "bigquery",
}
_PORTABLE = "ANSI_SQL"
# how Snowflake treats arguments that the portable language says nothing of: not its meaning, and awkward elsewhere
_ITS_OWN_WAYS = (
    "binary",
    "negative_length_returns_empty",
    "zero_start",
    "part_index_zero_as_one",
    "empty_delimiter_returns_whole",
    "zero_on_all_null",
    "casts_non_integer_decimals",
)
# names of columns that would begin a statement, were they the first word of a text
_STATEMENTS = frozenset(
    {
        "alter",
        "analyze",
        "attach",
        "begin",
        "cache",
        "call",
        "comment",
        "commit",
        "copy",
        "create",
        "delete",
        "describe",
        "detach",
        "drop",
        "explain",
        "grant",
        "insert",
        "kill",
        "load",
        "merge",
        "pragma",
        "refresh",
        "rollback",
        "set",
        "show",
        "summarize",
        "truncate",
        "uncache",
        "update",
        "use",
        "vacuum",
        "execute",
        "optimize",
    }
)
_QUERY = re.compile(r"\s*(\(|(select|with)\b)", re.IGNORECASE)
_STUMBLES = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, LookupError, AssertionError)


@dataclass(frozen=True)
class Text:
    """An expression as it stands in the document, under the name of a dialect; `place` is its place in the list."""

    sql: str
    dialect: str
    place: int


def readable(expression: Expression, where: str, owner: Phrase) -> Text | DefinitionProblem:
    """The text to read of an expression in several dialects."""
    written = {each.dialect: place for place, each in reversed(list(enumerate(expression.dialects)))}
    for name in READABLE:
        if name in written:
            return Text(expression.dialects[written[name]].expression, name, written[name])
    return NoKnownDialect(where, owner, tuple(written), tuple(READABLE))


def parsed(text: Text, where: str, owner: Phrase) -> Sql | DefinitionProblem:
    """The expression as a tree of our definitions' dialect."""
    sql = _parsed(text)
    if isinstance(sql, Unparsable):
        return BadExpression(where, owner, " ".join(text.sql.split())[:60], sql.reason)
    return sql


def parsed_query(source: str) -> exp.Query | Unparsable | None:
    """A source that is a query, as a tree; None where it is the name of a table."""
    if not _QUERY.match(source):
        return None
    translated = _translated(source, _PORTABLE)
    return parse_query(source if isinstance(translated, Unparsable) else translated.sql("duckdb"))


def _parsed(text: Text) -> Sql | Unparsable:
    if not text.sql.strip():
        return Unparsable(EMPTY)
    if len(text.sql) > MAX_EXPRESSION_LENGTH:
        return Unparsable(TOO_LONG)
    # as the one thing that a query selects, so that a column named `comment` or `show` begins no statement
    query = _translated(f"SELECT (\n{text.sql}\n)", text.dialect)
    if isinstance(query, Unparsable):
        return query
    selected = _selected(query)
    if selected is None:
        return Unparsable(Phrase("它不是一个表达式", "it is not one expression"))
    written = str(selected.sql("duckdb"))
    first = re.match(r"\w*", written)
    begins = first is not None and first[0].lower() in _STATEMENTS
    return parse_expression(str(selected.sql("duckdb", identify=True)) if begins else written)


def _selected(query: exp.Expr) -> exp.Expr | None:
    """What `SELECT (...)` selects; None where the query holds anything else."""
    if not isinstance(query, exp.Select) or len(query.selects) != 1 or not isinstance(query.selects[0], exp.Paren):
        return None
    has_more = any(value for key, value in query.args.items() if key != "expressions")
    return None if has_more else query.selects[0].this


def _translated(sql: str, dialect: str) -> exp.Expr | Unparsable:
    """The text as a tree of DuckDB's dialect."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect=READABLE[dialect]) if tree is not None]
        if len(trees) != 1:
            return Unparsable(Phrase("里面有几条语句", "it holds several statements") if trees else EMPTY)
        if dialect == _PORTABLE and trees[0].find(exp.RegexpLike, exp.RegexpFullMatch):
            reason = Phrase(
                "REGEXP_LIKE 在一种方言里指整个文本，在另一种里指其中一部分",
                "REGEXP_LIKE means the whole text in one dialect and a part of it in another",
            )
            return Unparsable(reason)
        rewritten = trees[0].transform(_in_our_words, dialect == _PORTABLE, copy=False)
        text = rewritten.sql("duckdb", unsupported_level=ErrorLevel.RAISE)
        return sqlglot.parse_one(text, dialect="duckdb")
    except _STUMBLES as error:
        return Unparsable(_reason(error))


def _in_our_words(node: exp.Expr, is_portable: bool) -> exp.Expr:
    if isinstance(node, exp.CurrentDate):
        return exp.Placeholder(this="as_of")
    if isinstance(node, exp.Extract) and isinstance(node.this, exp.Literal):
        node.set("this", exp.var(node.this.name.upper()))
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont | exp.PercentileDisc):
        return _percentile(node)
    if is_portable:
        for way in _ITS_OWN_WAYS:
            if node.args.get(way):
                node.set(way, None)
    return node


def _percentile(node: exp.WithinGroup) -> exp.Expr:
    """`PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x)` as the function of x and p that our definitions have."""
    order = node.expression.expressions if isinstance(node.expression, exp.Order) else []
    if len(order) != 1 or not isinstance(order[0], exp.Ordered) or node.this.expression:
        return node
    share = node.this.this
    if order[0].args.get("desc"):
        # from the other end: the same value only where it lies between rows, and the share is known
        if not isinstance(node.this, exp.PercentileCont) or not isinstance(share, exp.Literal):
            return node
        share = exp.Literal.number(str(1 - Decimal(share.name)))
    kind = exp.PercentileCont if isinstance(node.this, exp.PercentileCont) else exp.PercentileDisc
    return kind(this=order[0].this, expression=share)


def _reason(error: Exception) -> Phrase:
    if isinstance(error, UnsupportedError):
        told = str(error).splitlines()[0].rstrip(".")
        return Phrase(f"它不能用另一种方言写出（{told}）", f"it cannot be said in another dialect ({told})")
    details = getattr(error, "errors", None)
    if not details:
        return NOT_SQL
    word = details[0].get("highlight") or ""
    if not word:
        return Phrase("它没有写完", "it ends too early")
    return Phrase(f"它在“{word}”处读不下去", f"it cannot be read at '{word}'")
