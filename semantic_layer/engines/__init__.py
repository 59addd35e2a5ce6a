"""Databases that run a statement: DuckDB, PostgreSQL, Spark."""
