"""What is SQL of a definition, and what it holds."""

from __future__ import annotations

import pytest

from semantic_layer.sql.parsing import Sql, Unparsable, parse_expression, parse_query


def held(text: str) -> Sql:
    """The expression, which parses."""
    sql = parse_expression(text)
    assert isinstance(sql, Sql), sql
    return sql


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "-- only a comment",
        "sum(",
        ")",
        "a b",
        "a AS b",
        "a, b",
        "a; b",
        "*",
        "SELECT 1",
        "DROP TABLE t",
        "INSERT INTO t VALUES (1)",
        "a AND",
        "'open",
        "((((",
        "CASE WHEN",
        "NOT " * 5_000 + "a",
        "(" * 5_000,
        "1" + "+1" * 9_000,
        "a" * 30_000,
    ],
)
def test_what_is_no_expression(text: str) -> None:
    assert isinstance(parse_expression(text), Unparsable)


@pytest.mark.parametrize(
    ("text", "aggregates", "loose", "has_nested"),
    [
        ("sum(a) / count(*)", 2, [], False),
        ("sum(a) / b", 1, ["b"], False),
        ("count(*) FILTER (WHERE a > 1)", 1, [], False),
        ("sum(sum(a))", 1, [], True),
        ("count(*) FILTER (WHERE a > max(a))", 1, [], True),
        ("quantile_cont(a, 0.9)", 1, [], False),
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", 1, [], False),
        ("any_value(a)", 1, [], False),
        ("product(a)", 1, [], False),
        ("arg_max(a, b)", 1, [], False),
        ("bool_or(a)", 1, [], False),
        ("lower(a)", 0, ["a"], False),
        ("greatest(max(a), 0)", 1, [], False),
        ("CASE WHEN count(*) > 0 THEN sum(a) END", 2, [], False),
    ],
)
def test_aggregates(text: str, aggregates: int, loose: list[str], has_nested: bool) -> None:
    sql = held(text)
    assert len(sql.aggregates) == aggregates
    assert [column.name for column in sql.loose] == loose
    assert (sql.nested is not None) == has_nested


def test_what_else_it_holds() -> None:
    sql = held("$a + b.c + to_days($a) + CASE WHEN d THEN $e END")
    assert sql.parameters == ("a", "e")
    assert [(column.table, column.name) for column in sql.columns] == [("b", "c"), ("", "d")]
    assert held("now() - a").clock is not None
    assert held("$as_of - a").clock is None
    assert held("sum(a) OVER (PARTITION BY b)").has_window
    assert held("a IN (SELECT 1)").has_query


@pytest.mark.parametrize("text", ["SELECT 1 AS x", "WITH a AS (SELECT 1) SELECT * FROM a", "SELECT 1 UNION SELECT 2"])
def test_queries(text: str) -> None:
    assert not isinstance(parse_query(text), Unparsable)


@pytest.mark.parametrize(
    "text",
    [
        "a + 1",
        "DELETE FROM t",
        "CREATE TABLE t AS SELECT 1",
        "SELECT 1; SELECT 2",
        "COPY t TO 'f'",
        "PRAGMA x",
        "ATTACH 'x'",
        "SELECT 1 INTO t FROM u",
        "",
    ],
)
def test_what_is_no_query(text: str) -> None:
    assert isinstance(parse_query(text), Unparsable)
