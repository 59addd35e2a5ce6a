"""What can go wrong with a database while it is asked: for the operator, or for the asker to ask less.

A `reason` that is text is what the database, or its driver, said.
"""

from __future__ import annotations

from semantic_layer.errors import EngineProblem, Phrase, problem


@problem(
    "database_missing",
    zh="“{path}”没有数据库。用 `huitou demo` 生成示例数据，或用 --db 指定你的数据库。",
    en="There is no database at '{path}'. Make the demo with `huitou demo`, or name yours with --db.",
)
class DatabaseMissing(EngineProblem):
    """There is no file or server where the database should be."""

    path: str


@problem(
    "database_unreadable",
    zh="数据库“{path}”无法读取：{reason}",
    en="The database '{path}' cannot be read: {reason}",
)
class DatabaseUnreadable(EngineProblem):
    """The file is there but is not a database, is damaged, or is locked by a writer."""

    path: str
    reason: str | Phrase


@problem(
    "query_timeout",
    zh="查询超过 {timeout_seconds:g} 秒被停止。请缩短时间段或减少分组。",
    en="The query was stopped after {timeout_seconds:g} seconds. Ask for a shorter period or fewer groups.",
)
class QueryTimeout(EngineProblem):
    """The statement ran longer than allowed."""

    timeout_seconds: float


@problem("query_cancelled", zh="查询已取消。", en="The query was cancelled.")
class QueryCancelled(EngineProblem):
    """Somebody stopped the statement."""


@problem(
    "out_of_memory",
    zh="查询需要的内存超过上限 {limit}。请缩短时间段或减少分组。",
    en="The query needs more memory than the limit of {limit}. Ask for a shorter period or fewer groups.",
)
class OutOfMemory(EngineProblem):
    """The statement needed more memory than allowed."""

    limit: str


@problem(
    "statement_failed",
    zh="数据库无法执行这个查询：{reason}。可用 `huitou validate --db` 检查模型。",
    en="The database could not run the query: {reason}. `huitou validate --db` checks the model against it.",
)
class StatementFailed(EngineProblem):
    """The database refused the statement: a definition does not fit the tables."""

    reason: str | Phrase
