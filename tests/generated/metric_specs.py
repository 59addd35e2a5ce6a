"""Metrics of every kind as plain values, and how the model's YAML says them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.generated.conditions import Condition, Junction, Ref

Function = Literal["count_rows", "count", "count_distinct", "sum", "avg", "min", "max", "median", "count_if"]
CalendarUnit = Literal["week", "month", "quarter", "year"]
Operation = Literal["", "/", "+", "-"]
Formula = Literal["/", "+", "-", "*"]
Outer = Literal["at_least_two", "total", "average", "largest", "how_many", "share"]
OUTER: tuple[Outer, ...] = get_args(Outer)
ADDING: tuple[Function, ...] = ("count_rows", "count", "sum", "count_if")


@dataclass(frozen=True)
class Aggregate:
    """One aggregate function over a field, perhaps over some of the rows only."""

    function: Function
    ref: Ref | None = None
    only: Condition | None = None

    def sql(self, home: str) -> str:
        """As a metric over rows of `home` writes it."""
        name = self.ref.sql(home) if self.ref is not None else ""
        text = {
            "count_rows": "count(*)",
            "count_distinct": f"count(DISTINCT {name})",
            "count_if": f"count_if({name})",
            "median": f"quantile_cont({name}, 0.5)",
        }.get(self.function, f"{self.function}({name})")
        return f"{text} FILTER (WHERE {self.only.sql(home)})" if self.only is not None else text

    @property
    def adds_up(self) -> bool:
        """Whether it is 0 over no rows, and over two sets of rows the sum of both but for distinct counts."""
        return self.function in (*ADDING, "count_distinct")


@dataclass(frozen=True)
class Expression:
    """One aggregate, or two put together."""

    left: Aggregate
    op: Operation = ""
    right: Aggregate | None = None

    def sql(self, home: str) -> str:
        """As a metric over rows of `home` writes it."""
        return self.left.sql(home) + (f" {self.op} {self.right.sql(home)}" if self.right is not None else "")

    @property
    def parts(self) -> tuple[Aggregate, ...]:
        """Its aggregates."""
        return (self.left,) if self.right is None else (self.left, self.right)

    @property
    def is_zero_when_empty(self) -> bool:
        """Whether it is 0 over no rows."""
        return self.op != "/" and all(each.adds_up for each in self.parts)


@dataclass(frozen=True)
class Window:
    """Rows up to each bucket's end: of the last days, since the unit began, or all; or those from its beginning on.
    Without its `current` days, rows up to its beginning, or from its end on."""

    last: str | None = None
    to_date: CalendarUnit | None = None
    next: str | None = None
    current: bool = True

    def written(self) -> dict[str, object]:
        """The window as its YAML says it."""
        return {key: value for key, value in vars(self).items() if value not in (None, True)}


@dataclass(frozen=True)
class Latest:
    """The last, or first, rows by a field, of each `per`."""

    by: Ref
    choose: Literal["last", "first"]
    per: tuple[Ref, ...]


@dataclass(frozen=True)
class Per:
    """First by key, then over the keys."""

    key: Ref
    inner: Aggregate
    outer: Outer

    def sql(self) -> str:
        """The outer expression."""
        repeated = "count(*) FILTER (WHERE n >= 2)"
        return {
            "at_least_two": repeated,
            "total": "sum(n)",
            "average": "avg(n)",
            "largest": "max(n)",
            "how_many": "count(*)",
            "share": f"{repeated} / count(*)",
        }[self.outer]


@dataclass(frozen=True)
class Simple:
    """An aggregate over rows of a dataset. `since` (and `until`) make it a stock."""

    name: str
    dataset: str
    expression: Expression
    condition: Junction | None = None
    time: Ref | None = None
    since: Ref | None = None
    until: Ref | None = None
    window: Window | None = None
    latest: Latest | None = None
    per: Per | None = None
    empty: Literal["zero", "null"] | None = None
    default_period: str | None = None

    def written(self) -> dict[str, object]:
        """The metric as its YAML says it."""
        home = self.dataset
        text = self.per.sql() if self.per is not None else self.expression.sql(home)
        found: dict[str, object] = {"name": self.name, "dataset": home, "expression": text}
        if self.condition is not None:
            found["filter"] = self.condition.sql(home)
        if self.time is not None:
            found["time"] = short(self.time, home)
        if self.since is not None:
            found["valid"] = {"from": short(self.since, home)}
            if self.until is not None:
                found["valid"] = {"from": short(self.since, home), "until": short(self.until, home)}
        if self.window is not None:
            found["window"] = self.window.written()
        if self.latest is not None:
            per = [short(each, home) for each in self.latest.per]
            found["latest"] = {"by": short(self.latest.by, home), "choose": self.latest.choose, "per": per}
        if self.per is not None:
            found["per"] = {"key": short(self.per.key, home), "values": {"n": self.per.inner.sql(home)}}
        found |= {key: getattr(self, key) for key in ("empty", "default_period") if getattr(self, key) is not None}
        return found

    @property
    def is_zero_when_empty(self) -> bool:
        """Whether groups without rows show 0."""
        if self.empty is not None:
            return self.empty == "zero"
        if self.per is not None:
            return self.per.outer in ("at_least_two", "total", "how_many")
        return self.expression.is_zero_when_empty

    @property
    def is_additive(self) -> bool:
        """Whether parts of the rows, and of the period, add up to the whole."""
        is_plain = not (self.since or self.window or self.latest or self.per or self.empty)
        if self.looks_at("$bucket_start", "$bucket_end"):
            return False
        return is_plain and self.expression.op != "/" and all(e.function in ADDING for e in self.expression.parts)

    @property
    def counts_rows(self) -> bool:
        """Whether it says of single rows that they count: one count, and nothing that chooses among them."""
        is_plain = not (self.window or self.latest or self.per) and self.expression.right is None
        return is_plain and self.expression.left.function in ("count_rows", "count", "count_distinct", "count_if")

    def looks_at(self, *parameters: str) -> bool:
        """Whether its condition speaks of one of the parameters."""
        parts = self.condition.parts if self.condition is not None else ()
        return any(parameter in each.values for each in parts for parameter in parameters)


@dataclass(frozen=True)
class Input:
    """A metric in a formula: narrowed, or read at another time."""

    metric: str
    condition: Junction | None = None
    offset: str | None = None
    at_start_of: CalendarUnit | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is the metric itself."""
        return self == Input(self.metric)


@dataclass(frozen=True)
class Derived:
    """A formula over two metrics, or over one and a number."""

    name: str
    op: Formula
    left: Input
    right: Input | int

    def written(self) -> dict[str, object]:
        """The metric as its YAML says it."""
        inputs: dict[str, object] = {}
        sides = []
        for side, each in (("one", self.left), ("other", self.right)):
            if isinstance(each, int):
                sides.append(str(each))
            elif each.is_plain:
                sides.append(each.metric)
            else:
                sides.append(side)
                made: dict[str, object] = {"metric": each.metric}
                if each.condition is not None:
                    made["filter"] = each.condition.sql("")
                made |= {k: getattr(each, k) for k in ("offset", "at_start_of") if getattr(each, k) is not None}
                inputs[side] = made
        found: dict[str, object] = {"name": self.name, "expression": f"{sides[0]} {self.op} {sides[1]}"}
        return found | ({"inputs": inputs} if inputs else {})


@dataclass(frozen=True)
class Transition:
    """Of those whom a stock held at the start, the share with an event."""

    name: str
    of: str
    who: str
    key: str

    def written(self) -> dict[str, object]:
        """The metric as its YAML says it."""
        return {"name": self.name, "transition": {"of": self.of, "who": self.who, "key": self.key}}


@dataclass(frozen=True)
class Conversion:
    """Events that follow events; or, `of_starts`, those that are followed."""

    name: str
    of: str
    to: str
    key: str
    other_key: str
    within: str | None = None
    same: tuple[tuple[str, str], ...] = field(default=())
    of_starts: bool = False

    def written(self) -> dict[str, object]:
        """The metric as its YAML says it."""
        made: dict[str, object] = {"of": self.of, "to": self.to, "key": self.key}
        if self.within is not None:
            made["within"] = self.within
        if self.same:
            made["same"] = dict(self.same)
        if self.of_starts:
            made["count"] = "starts"
        return {"name": self.name, "conversion": made}


MetricSpec = Simple | Derived | Transition | Conversion


def short(ref: Ref, home: str) -> str:
    """A field as keys of a definition name it."""
    return ref.field if ref.dataset == home else str(ref)
