"""Rows as a plain select: the same reading that the compiler's passes do, without aggregation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compiler.rows import Sources, where
from semantic_layer.resolve.leaves import Rows
from semantic_layer.sql.nodes import aliased

# metrics in dbt's filters are joined: there are no populations
SOURCES = Sources({}, {})


def listed(rows: Rows, names: Sequence[str]) -> exp.Select:
    """The keys of the rows under these names."""
    outputs = [aliased(tree.copy(), name) for tree, name in zip(rows.keys, names, strict=True)]
    return where(SOURCES.read(rows).select(*outputs, copy=False), rows.filters)
