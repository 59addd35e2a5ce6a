"""A statement's tree as text of one dialect, with what sqlglot leaves as it stood put into that dialect's words.

Trees are DuckDB's in meaning: `/` divides truly, a difference of dates counts the units' edges between them, Monday is
1, halves are rounded away from zero. What a dialect reads in another way under the same words is rewritten, or refused
by name; docs/engines.md lists both.
"""

from __future__ import annotations

from functools import cache

from sqlglot import exp

from semantic_layer.engines import dialect_aggregates as aggregates
from semantic_layer.engines import dialect_dates as dates
from semantic_layer.engines import dialect_values as values
from semantic_layer.engines.named_subqueries import told_apart
from semantic_layer.engines.plain_words import PLAIN, named
from semantic_layer.engines.reserved_words import RESERVED
from semantic_layer.engines.rewriting import Rewrite, rewritten

# what speaks as another does
_SPOKEN = {"databricks": "spark"}
# nulls, not zeros and empty texts, for what a join does not find and for aggregates over nothing
_CLICKHOUSE_SETTINGS = ("join_use_nulls", "aggregate_functions_null_for_empty")


def printed(statement: exp.Query, dialect: str, *, pretty: bool = False) -> str:
    """The statement's SQL. The tree stays as it is. Raises EngineError (`not_in_dialect`)."""
    spoken = _SPOKEN.get(dialect, dialect)
    if spoken not in _REWRITES:
        return statement.sql(dialect, pretty=pretty, copy=False)
    query = statement.copy()
    if spoken == "spark":
        query = told_apart(query)
    tree = rewritten(rewritten(query, PLAIN), _rewrites(spoken))
    if spoken == "clickhouse":
        settings = [exp.EQ(this=exp.column(name), expression=exp.Literal.number(1)) for name in _CLICKHOUSE_SETTINGS]
        tree.set("settings", settings)
    return tree.sql(dialect, pretty=pretty, copy=False)


@cache
def _rewrites(dialect: str) -> tuple[Rewrite, ...]:
    for_all = (dates.part(dialect), dates.name_of_day(dialect), aggregates.unlike(dialect))
    quoted = values.quoted_names(dialect, RESERVED[dialect]) if dialect in RESERVED else None
    return (*for_all, *_REWRITES[dialect], *((quoted,) if quoted is not None else ()))


_REWRITES: dict[str, tuple[Rewrite, ...]] = {
    "postgres": (
        values.typed_null,
        values.whole_division,
        values.postgres_number,
        values.null_safe_join,
        named("MAKE_DATE"),
        aggregates.percentile("postgres"),
        aggregates.postgres_aggregate,
        aggregates.any_value,
    ),
    "redshift": (
        values.typed_null,
        values.null_safe_by_hand,
        values.first_match("redshift"),
        aggregates.distinct_together("redshift"),
        aggregates.listed,
        aggregates.chosen_by_case,
        aggregates.filter_as_case,
        aggregates.any_value,
    ),
    "spark": (
        dates.days_between,
        dates.edges_between,
        values.rounding_cast("spark"),
        values.first_match("spark"),
        aggregates.precise_mean,
        aggregates.percentile("spark"),
        aggregates.spark_any_value,
    ),
    "snowflake": (
        values.first_match("snowflake"),
        aggregates.distinct_together("snowflake"),
        aggregates.chosen_by_case,
        aggregates.any_value,
    ),
    "bigquery": (
        dates.days_between,
        dates.bigquery_time,
        values.greatest_known,
        values.first_match("bigquery"),
        values.without_dots,
        aggregates.distinct_together("bigquery"),
        aggregates.percentile("bigquery"),
        aggregates.chosen_by_case,
    ),
    "trino": (
        dates.days_between,
        dates.trino_time,
        values.greatest_known,
        values.first_match("trino"),
        aggregates.percentile("trino"),
    ),
    "clickhouse": (
        dates.clickhouse_time,
        values.greatest_known,
        values.rounding_cast("clickhouse"),
        values.first_match("clickhouse"),
        aggregates.percentile("clickhouse"),
        aggregates.truths_as_numbers,
    ),
}
