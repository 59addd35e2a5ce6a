"""Requests as the OpenAPI document allows them, and some that it does not: strategies read off the document itself.

Names are mostly those of the model, since a request of names that nobody has is refused at the first look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
NASTY = (
    "",
    " ",
    "\u0000",
    "\ud800",
    "'; DROP TABLE customers; --",
    "${jndi:x}",
    "{{7*7}}",
    "\x1b]0;x\x07",
    "[/]",
    "%00",
    "../../etc/passwd",
    "9" * 400,
    "一百" * 50,
    "\u202e",
    "NaN",
)
NUMBERS = (0, 1, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.1, 1e308, -0.0)
_ANY: Schema = {}
_PLAIN: Mapping[str, st.SearchStrategy[Any]] = {"boolean": st.booleans(), "null": st.none()}
PERIODS: tuple[dict[str, str] | None, ...] = (
    None,
    {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"},
    {"start": "2025-01-01", "end": "2026-01-01", "grain": "year"},
    {"start": "2026-06-01", "end": "2026-06-15"},
)
DAYS = ("2026-06-30", "2026-05-01", "2025-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "yesterday")


@dataclass(frozen=True)
class Wild:
    """Strategies over a document; `metrics` and `dimensions` are the model's names, `messages` what people ask. Of a
    wild request about one value in `odds` is something else than the document allows; 0 is none."""

    document: Schema
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]
    messages: tuple[str, ...]
    odds: int = 0
    # made once for each part of the document and depth: it takes longer than a request to answer
    _made: dict[tuple[int, int], st.SearchStrategy[Any]] = field(default_factory=dict, compare=False)

    def value(self, schema: Schema, depth: int = 0) -> st.SearchStrategy[Any]:
        """What the schema allows, or now and then something else."""
        key = (id(schema), depth)
        if key not in self._made:
            fitting = st.deferred(lambda: self._fitting(schema, depth))
            last = self.odds - 1
            maybe = st.integers(0, last).flatmap(lambda n: self._anything() if n == last else fitting)
            self._made[key] = maybe if self.odds else fitting
        return self._made[key]

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return (*self.metrics, *self.dimensions)

    def _fitting(self, schema: Schema, depth: int) -> st.SearchStrategy[Any]:
        if "$ref" in schema:
            return self.value(self._named(schema["$ref"]), depth)
        options = schema.get("oneOf") or schema.get("anyOf")
        if options:
            return st.sampled_from(options).flatmap(lambda each: self._fitting(each, depth))
        chosen = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
        if chosen:
            return st.sampled_from(chosen)
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                most = 0 if depth > 6 else 2
                return st.lists(self.value(schema.get("items", _ANY), depth + 1), max_size=most)
            case "string":
                return self._text(schema)
            case "integer":
                return st.one_of(st.integers(0, 60), st.sampled_from([n for n in NUMBERS if isinstance(n, int)]))
            case "number":
                return st.sampled_from(NUMBERS)
        return _PLAIN.get(schema.get("type", ""), self._anything())

    def _object(self, schema: Schema, depth: int) -> st.SearchStrategy[dict[str, Any]]:
        known = schema.get("properties", {})
        needed = {name: self._property(name, known[name], depth) for name in schema.get("required", ())}
        # deep trees of conditions are refused by their depth, which needs no many of them
        others = {} if depth > 6 else {n: self._property(n, s, depth) for n, s in known.items() if n not in needed}
        if "kind" in others:
            needed["kind"] = others.pop("kind")
        if self.odds or not others:
            return st.fixed_dictionaries(needed, optional=others)
        # of many parts together one is always wrong
        some = st.lists(st.sampled_from(sorted(others)), max_size=2, unique=True)
        return some.flatmap(lambda names: st.fixed_dictionaries({**needed, **{name: others[name] for name in names}}))

    def _property(self, name: str, schema: Schema, depth: int) -> st.SearchStrategy[Any]:
        match name:
            case "message":
                return st.one_of(st.sampled_from(self.messages), self._mixed(), st.text(max_size=80))
            case "start" | "end" | "as_of":
                return st.sampled_from(DAYS)
            case "period" if not self.odds:
                return st.sampled_from(PERIODS)
            case "metrics" | "shares" | "cumulative" if not self.odds:
                return st.lists(st.sampled_from(self.metrics), min_size=1, max_size=2, unique=True)
            case "group_by" | "dimensions" | "columns" if not self.odds:
                return st.lists(st.sampled_from(self.dimensions), max_size=2, unique=True)
            case "metric" if not self.odds:
                return st.sampled_from(self.metrics)
            case "field" if not self.odds:
                return st.sampled_from(self.dimensions)
        return self.value(schema, depth + 1)

    def _mixed(self) -> st.SearchStrategy[str]:
        pieces = st.sampled_from([*self.messages, *self.names, *NASTY[4:8], "按", "最近", "by", "不", "前10", "的"])
        return st.lists(pieces, min_size=1, max_size=4).map(" ".join)

    def _text(self, schema: Schema) -> st.SearchStrategy[str]:
        if schema.get("format") == "date":
            return st.sampled_from(DAYS)
        name = st.sampled_from(self.names)
        return st.one_of(name, name, name, st.sampled_from(NASTY), st.text(max_size=12))

    def _anything(self) -> st.SearchStrategy[Any]:
        leaves = st.one_of(st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(NASTY))
        return st.one_of(leaves, st.lists(leaves, max_size=2), st.dictionaries(st.sampled_from(self.names), leaves))

    def _named(self, reference: str) -> Schema:
        found: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        schema: Schema = found
        return schema

    @property
    def operations(self) -> tuple[tuple[str, str, Schema], ...]:
        """Path, method and description of each operation."""
        paths = self.document["paths"].items()
        return tuple((path, method, each) for path, methods in paths for method, each in methods.items())

    @st.composite
    @staticmethod
    def request(draw: st.DrawFn, wild: Wild) -> tuple[str, str, dict[str, str], Any]:
        """Method, path, query and body of a request; no body is `...`."""
        # most of the service stands behind these two
        many = [each for each in wild.operations if each[0] in ("/v1/query", "/v1/chat")]
        path, method, operation = draw(st.sampled_from([*wild.operations, *many * 5]))
        query: dict[str, str] = {}
        for each in operation.get("parameters", ()):
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", draw(st.sampled_from([*wild.names, "a", "%00", "x" * 101])))
            elif each["in"] == "query" and (each.get("required") or draw(st.booleans())):
                query[each["name"]] = str(draw(wild.value(each["schema"])))
        body: Any = ...
        if "requestBody" in operation:
            body = draw(wild.value(operation["requestBody"]["content"]["application/json"]["schema"]))
        return method.upper(), path, query, body
