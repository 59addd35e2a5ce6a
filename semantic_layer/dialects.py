"""A statement's tree as text of one dialect, with what sqlglot leaves as it stood put into that dialect's words."""

from __future__ import annotations

from sqlglot import exp


def printed(statement: exp.Query, dialect: str, *, pretty: bool = False) -> str:
    """The statement's SQL. The tree stays as it is."""
    return statement.sql(dialect, pretty=pretty)
