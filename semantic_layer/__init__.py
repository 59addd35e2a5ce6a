"""A semantic layer for questions about customers: metrics in YAML, typed requests, right numbers.

    >>> from semantic_layer import Layer, MetricQuery, load_model, open_engine, shipped_model_path
    >>> layer = Layer(load_model(shipped_model_path()), open_engine("huitou-demo.duckdb"))  # doctest: +SKIP
    >>> query = MetricQuery(metrics=("revenue", "repurchase_rate"), group_by=("member_tier",))
    >>> table = layer.run(query)  # doctest: +SKIP
    >>> print(table.sql)  # doctest: +SKIP

These names are all that is used from outside; the rooms behind them may change. Each is imported when it is first asked
for, so that a command pays only for what it uses. `docs/python.md` shows them in use.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

_STUB = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
_HOMES = {each.name: node.module for node in _STUB.body if isinstance(node, ast.ImportFrom) for each in node.names}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'semantic_layer' has no attribute '{name}'")
    module = import_module(home)
    globals()[name] = found = getattr(module, name) if hasattr(module, name) else import_module(f"{home}.{name}")
    return found
