"""Words that a dialect takes for its own where a name stands: such names are put in quotes.

sqlglot knows those of BigQuery, Trino and Redshift. PostgreSQL's are what its server lists (pg_get_keywords, reserved),
Snowflake's and Spark's are those of their manuals.
"""

from __future__ import annotations

_POSTGRES = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
column concurrently constraint create cross current_catalog current_date current_role current_schema
current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral
leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps
placing primary references returning right select session_user similar some symmetric table tablesample then to
trailing true union unique user using variadic verbose when where window with
"""
_SNOWFLAKE = """
account all alter and any as between by case cast check column connect connection constraint create cross
current current_date current_time current_timestamp current_user database delete distinct drop else exists false
following for from full grant group gscluster having ilike in increment inner insert intersect into is issue
join lateral left like localtime localtimestamp minus natural not null of on or order organization qualify
regexp revoke right rlike row rows sample schema select set some start table tablesample then to trigger true
try_cast union unique update using values view when whenever where with
"""
_SPARK = """
anti cross current_date current_time current_timestamp current_user except exclude false from full group having
inner intersect join lateral left minus natural not null on or order right select semi session_user true union
user using values where with
"""
RESERVED: dict[str, frozenset[str]] = {
    dialect: frozenset(words.split())
    for dialect, words in (
        ("postgres", _POSTGRES),
        ("clickhouse", _POSTGRES),
        ("snowflake", _SNOWFLAKE),
        ("spark", _SPARK),
    )
}
