"""The SQL of definitions as trees, and what a tree says of itself: its names, its aggregates, its grain.

DuckDB's SQL is the language of definitions, whatever engine runs them. Trees are never changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from semantic_layer.errors import Phrase

MAX_EXPRESSION_LENGTH = 20_000
MAX_DEPTH = 200
_DUCKDB = Dialect.get_or_raise("duckdb")
# besides its own problems, sqlglot stumbles with these over text that is far from SQL
_PARSER_STUMBLES = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, LookupError, AssertionError)
# aggregates of DuckDB that sqlglot knows by name only
_MORE_AGGREGATES = frozenset(
    {
        "product",
        "histogram",
        "entropy",
        "mad",
        "favg",
        "fsum",
        "sumkahan",
        "kahan_sum",
        "geomean",
        "geometric_mean",
        "bitstring_agg",
        "approx_top_k",
        "reservoir_quantile",
        "arg_min_null",
        "arg_max_null",
        "regr_count",
        "weighted_avg",
        "wavg",
        "sem",
        "kurtosis_pop",
    }
)
# values that sqlglot does not class as conditions
_VALUES_TOO = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls, exp.Interval)
_WRAPPERS = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)
_READERS = ("read_", "sniff_csv", "glob", "parquet_", "pg_read_", "pg_ls_", "sqlite_scan", "postgres_scan")
_FILES = (".csv", ".tsv", ".parquet", ".json", ".ndjson", ".jsonl", ".xlsx", ".db", ".gz", ".zst")
_CLOCKS = (exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentDatetime, exp.Rand)
_CLOCK_NAMES = frozenset(
    {
        "now",
        "get_current_timestamp",
        "transaction_timestamp",
        "get_current_time",
        "current_localtime",
        "current_localtimestamp",
        "gen_random_uuid",
        "uuid",
        "random",
        "setseed",
        "nextval",
    }
)


EMPTY = Phrase("它是空的", "it is empty")
NOT_SQL = Phrase("它不是 SQL", "it is not SQL")
TOO_LONG = Phrase(f"它超过 {MAX_EXPRESSION_LENGTH} 个字符", f"it is longer than {MAX_EXPRESSION_LENGTH} characters")


@dataclass(frozen=True)
class Unparsable:
    """A text that is no SQL of the kind wanted, and why."""

    reason: str | Phrase


@dataclass(frozen=True, eq=False)
class Sql:
    """An expression and what it holds.

    `columns` are its column references in order of text, `loose` those that no aggregate holds, `aggregates` the
    outermost ones, `nested` the first within another, `compared` the columns that should equal (or not equal, or be
    one of) constants, `parameters` the names of `$placeholders`, `clock` the first function that gives another value
    each time it is asked.
    """

    tree: exp.Expr
    columns: tuple[exp.Column, ...]
    loose: tuple[exp.Column, ...]
    aggregates: tuple[exp.Expr, ...]
    nested: exp.Expr | None
    compared: tuple[tuple[exp.Column, tuple[str, ...]], ...]
    parameters: tuple[str, ...]
    clock: str | None
    has_query: bool
    has_window: bool


def parse_expression(text: str) -> Sql | Unparsable:
    """One SQL expression: no alias, no list, no statement.

    >>> parse_expression("sum(net_amount) /")
    Unparsable(reason=Phrase(zh='它在“/”处中断', en="it ends or breaks off at '/'"))
    >>> str(parse_expression("a b").reason)
    "it names its result 'b', which an expression may not"
    """
    tree = _parse(text)
    if isinstance(tree, Unparsable):
        return tree
    if isinstance(tree, exp.Alias):
        name = tree.alias
        return Unparsable(
            Phrase(
                f"它给结果起名“{name}”，表达式里不能这样", f"it names its result '{name}', which an expression may not"
            )
        )
    if isinstance(tree, exp.Query | exp.DDL | exp.DML | exp.Command) or not _is_value(tree):
        return Unparsable(Phrase("它不是能得出值的表达式", "it is not an expression that gives a value"))
    return survey(tree)


def survey(tree: exp.Expr) -> Sql | Unparsable:
    """What the tree holds, found in one walk that does not recurse; Unparsable where it is nested too deeply."""
    assert isinstance(tree, exp.Expr), "every node is one"
    found = _Survey()
    todo: list[tuple[exp.Expr, int, bool, bool]] = [(tree, 0, False, False)]
    while todo:
        node, depth, is_inside, is_wrapped = todo.pop()
        if depth > MAX_DEPTH:
            return Unparsable(Phrase(f"嵌套超过 {MAX_DEPTH} 层", f"it is nested more than {MAX_DEPTH} levels deep"))
        is_wrapper = False
        if isinstance(node, exp.Column):
            found.columns.append(node)
            if not is_inside:
                found.loose.append(node)
        elif is_aggregate(node):
            if not is_inside:
                found.aggregates.append(node)
            elif not is_wrapped:
                found.nested.append(node)
            is_inside, is_wrapper = True, isinstance(node, _WRAPPERS)
        else:
            found.others.append(node)
        for child in node.iter_expressions(reverse=True):
            todo.append((child, depth + 1, is_inside, is_wrapper and child is node.this))
    return found.sql(tree)


@dataclass
class _Survey:
    """The nodes that a walk has met, by what they mean."""

    columns: list[exp.Column] = field(default_factory=list)
    loose: list[exp.Column] = field(default_factory=list)
    aggregates: list[exp.Expr] = field(default_factory=list)
    nested: list[exp.Expr] = field(default_factory=list)
    others: list[exp.Expr] = field(default_factory=list)

    def sql(self, tree: exp.Expr) -> Sql:
        clock = next((node for node in self.others if _reads_clock(node)), None)
        return Sql(
            tree=tree,
            columns=tuple(self.columns),
            loose=tuple(self.loose),
            aggregates=tuple(self.aggregates),
            nested=self.nested[0] if self.nested else None,
            compared=tuple(each for node in self.others for each in _compared(node)),
            parameters=tuple(dict.fromkeys(node.name for node in self.others if isinstance(node, exp.Placeholder))),
            clock=clock.sql("duckdb") if clock is not None else None,
            has_query=any(isinstance(node, exp.Query) for node in self.others),
            has_window=any(isinstance(node, exp.Window) for node in self.others),
        )


def _compared(node: exp.Expr) -> Iterator[tuple[exp.Column, tuple[str, ...]]]:
    if isinstance(node, exp.EQ | exp.NEQ):
        for one, other in ((node.this, node.expression), (node.expression, node.this)):
            if isinstance(one, exp.Column) and isinstance(other, exp.Literal):
                yield one, (other.name,)
    elif isinstance(node, exp.In) and isinstance(node.this, exp.Column):
        yield node.this, tuple(each.name for each in node.expressions if isinstance(each, exp.Literal))


def parse_query(text: str) -> exp.Query | Unparsable:
    """One SELECT (or union of them)."""
    tree = _parse(text)
    if isinstance(tree, Unparsable):
        return tree
    query = tree.unnest() if isinstance(tree, exp.Subquery) else tree
    if not isinstance(query, exp.Select | exp.SetOperation):
        return Unparsable(Phrase("它不是 SELECT", "it is not a SELECT"))
    if next(query.find_all(exp.DDL, exp.DML, exp.Command, exp.Into), None) is not None:
        return Unparsable(Phrase("它不只是读取", "it does more than read"))
    if any(_reads_files(node) for node in query.walk()):
        return Unparsable(
            Phrase("它读取文件，只能读取数据库里的表", "it reads files; only tables of the database are read")
        )
    return query


def _reads_files(node: exp.Expr) -> bool:
    """Whether the node reads what lies beside the database: a function over a path, or a path in place of a table."""
    if isinstance(node, exp.ReadCSV | exp.ReadParquet):
        return True
    if isinstance(node, exp.Anonymous):
        return node.name.lower().startswith(_READERS)
    return isinstance(node, exp.Table) and node.name.lower().endswith(_FILES)


def columns(tree: exp.Expr) -> Iterator[exp.Column]:
    """Every column reference, in order of text."""
    if isinstance(tree, exp.Column):
        return iter((tree,))
    return (node for node in tree.walk(bfs=False) if isinstance(node, exp.Column))


def is_aggregate(node: exp.Expr) -> bool:
    """Whether the node turns many rows into one value. A window function does not."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _MORE_AGGREGATES
    return isinstance(node, exp.AggFunc | exp.Filter | exp.WithinGroup)


def _reads_clock(node: exp.Expr) -> bool:
    return isinstance(node, _CLOCKS) or (isinstance(node, exp.Anonymous) and node.name.lower() in _CLOCK_NAMES)


def is_linear(tree: exp.Expr, is_term: Callable[[exp.Expr], bool]) -> bool:
    """Whether the tree is a sum or difference of terms, each perhaps times or over a constant.

    Such a formula over additive terms is additive: its values over parts add up to its value over the whole.
    """
    if is_term(tree):
        return True
    match tree:
        case exp.Paren() | exp.Neg():
            return is_linear(tree.this, is_term)
        case exp.Add() | exp.Sub():
            return is_linear(tree.this, is_term) and is_linear(tree.expression, is_term)
        case exp.Mul():
            sides = ((tree.this, tree.expression), (tree.expression, tree.this))
            return any(_is_constant(one) and is_linear(other, is_term) for one, other in sides)
        case exp.Div():
            return is_linear(tree.this, is_term) and _is_constant(tree.expression)
        case exp.Coalesce():
            zeros = all(isinstance(each, exp.Literal) and each.name == "0" for each in tree.expressions)
            return zeros and is_linear(tree.this, is_term)
        case _:
            return False


def is_adding_aggregate(node: exp.Expr) -> bool:
    """A sum or count of rows, perhaps of those that meet a condition; not of distinct things."""
    if isinstance(node, exp.Filter):
        node = node.this
    return isinstance(node, exp.Sum | exp.Count | exp.CountIf) and not isinstance(node.this, exp.Distinct)


def _is_constant(tree: exp.Expr) -> bool:
    return next(tree.find_all(exp.Column, exp.AggFunc, exp.Anonymous), None) is None


def _is_value(tree: exp.Expr) -> bool:
    return isinstance(tree, (exp.Condition, *_VALUES_TOO))


def _parse(text: str) -> exp.Expr | Unparsable:
    if not text.strip():
        return Unparsable(EMPTY)
    if len(text) > MAX_EXPRESSION_LENGTH:
        return Unparsable(TOO_LONG)
    try:
        trees = _DUCKDB.parse(text)
    except SqlglotError as error:
        return Unparsable(_reason(error))
    except _PARSER_STUMBLES:
        return Unparsable(NOT_SQL)
    found = [tree for tree in trees if isinstance(tree, exp.Expr)]
    if len(found) != 1:
        several = Phrase("里面有几条语句；请去掉“;”", "it holds several statements; remove the ';'")
        return Unparsable(several if found else EMPTY)
    return found[0]


def _reason(error: SqlglotError) -> str | Phrase:
    details = getattr(error, "errors", None)
    if not details:
        return str(error).split("\n", 1)[0][:120]
    first = details[0]
    word = first.get("highlight") or ""
    description = first["description"].partition(" but got <Token")[0]
    if "Required keyword" in description or not word:
        return Phrase(f"它在“{word}”处中断", f"it ends or breaks off at '{word}'")
    return f"{description[0].lower()}{description[1:]} at '{word}'"
