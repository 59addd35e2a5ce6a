"""Strategies of metrics of every kind over the datasets of a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from hypothesis import strategies as st

from semantic_layer.model.definitions import FieldType
from semantic_layer.query.result import Value
from tests.generated.company import Company, DatasetSpec
from tests.generated.conditions import Condition, Junction, Ref, RowOperator
from tests.generated.dataset_strategies import plans, values_of
from tests.generated.entity_strategies import entities, lists
from tests.generated.metric_specs import (
    OUTER,
    Aggregate,
    CalendarUnit,
    Conversion,
    Derived,
    Expression,
    Formula,
    Function,
    Input,
    Latest,
    MetricSpec,
    Operation,
    Per,
    Simple,
    Transition,
    Window,
)
from tests.generated.reach import Reach

TODAYS = (date(2024, 2, 29), date(2024, 3, 31), date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 1))
LENGTHS = ("1 day", "7 days", "30 days", "1 week", "1 month", "3 months", "1 year")
UNITS: tuple[CalendarUnit, ...] = ("week", "month", "quarter", "year")
Kind = Literal["flow", "stock", "window", "latest", "per", "derived", "transition", "conversion"]
ORDER: tuple[RowOperator, ...] = ("<", ">=")
KINDS: tuple[Kind, ...] = ("flow", "stock", "window", "latest", "per", "derived", "transition", "conversion")


@st.composite
def companies(draw: st.DrawFn, kinds: tuple[Kind, ...] = KINDS, most: int = 6, datasets: int = 5) -> Company:
    """A company with metrics of these kinds; the first is always a plain count or sum."""
    plan = draw(plans(datasets))
    company = Company(
        tuple(plan.tables),
        tuple(plan.datasets),
        tuple(plan.links),
        draw(entities(plan)),
        (),
        draw(st.sampled_from(TODAYS)),
    )
    maker = _Maker(draw, company, Reach(company), [])
    maker.add("flow")
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most - 1)):
        maker.add(kind)
    company = replace(company, metrics=tuple(maker.made))
    return replace(company, lists=tuple(draw(lists(company, each)) for each in company.entities))


class _Maker:
    """Adds metrics one by one; a kind that does not fit the company is left out."""

    def __init__(self, draw: st.DrawFn, company: Company, reach: Reach, made: list[MetricSpec]) -> None:
        self._draw, self._company, self._reach, self.made = draw, company, reach, made

    def add(self, kind: Kind) -> None:
        name = f"m{len(self.made) + 1}"
        found: MetricSpec | None
        match kind:
            case "derived":
                found = self._derived(name)
            case "transition":
                found = self._transition(name)
            case "conversion":
                found = self._conversion(name)
            case _:
                found = self._simple(name, kind)
        if found is not None:
            self.made.append(found)

    # ---- parts ----

    def _refs(self, home: DatasetSpec, *types: FieldType, roles: tuple[str, ...] = ()) -> list[Ref]:
        return [
            ref
            for each in self._company.datasets
            for spec in each.fields
            if (not types or spec.type in types)
            and (not roles or spec.role in roles)
            and self._reach.sees(home.name, ref := Ref(each.name, spec.name))
        ]

    def _own_first(self, home: DatasetSpec, refs: list[Ref]) -> st.SearchStrategy[Ref]:
        own = [ref for ref in refs if ref.dataset == home.name]
        return st.sampled_from([*own, *own, *refs])

    def _condition(self, home: DatasetSpec, refs: list[Ref]) -> Condition:
        ref = self._draw(self._own_first(home, refs))
        kind = self._company.spec(ref).type
        operators: list[RowOperator] = ["=", "=", "<>", "IN", "IS NULL", "IS NOT NULL"]
        op = self._draw(st.sampled_from([*operators, *(() if kind == "boolean" else ORDER)]))
        count = 0 if op.startswith("IS ") else (2 if op == "IN" else 1)
        values: list[Value] = [self._draw(values_of(kind)) for _ in range(count)]
        if kind == "timestamp":
            values = [value.date() for value in values]  # type: ignore[union-attr]
        if kind in ("date", "timestamp") and op in ("<", ">=") and self._draw(st.integers(0, 2)) == 0:
            values = [self._draw(st.sampled_from(["$as_of", "$bucket_start", "$bucket_end"]))]
        return Condition(ref, op, tuple(values))

    def _junction(self, home: DatasetSpec) -> Junction | None:
        if self._draw(st.booleans()):
            return None
        refs = self._refs(home)
        parts = tuple(self._condition(home, refs) for _ in range(self._draw(st.integers(1, 2))))
        return Junction(parts, self._draw(st.sampled_from(["AND", "OR"])), self._draw(st.integers(0, 3)) == 0)

    def _aggregate(self, home: DatasetSpec, *, is_adding: bool = False) -> Aggregate:
        functions: list[Function] = ["count_rows", "sum", "count", "count_if"]
        if not is_adding:
            functions += ["count_distinct", "avg", "min", "max", "median", "count_distinct"]
        function = self._draw(st.sampled_from(functions))
        types: tuple[FieldType, ...] = {"count_if": ("boolean",), "count": (), "count_distinct": ()}.get(  # type: ignore[assignment]
            function, ("integer", "number")
        )
        roles = ("fact",) if types == ("integer", "number") else ()
        refs = self._refs(home, *types, roles=roles) if function != "count_rows" else []
        if not refs:
            return Aggregate("count_rows", None, self._only(home))
        return Aggregate(function, self._draw(self._own_first(home, refs)), self._only(home))

    def _only(self, home: DatasetSpec) -> Condition | None:
        if self._draw(st.integers(0, 4)):
            return None
        found = self._condition(home, self._refs(home))
        is_bound = any(isinstance(value, str) and value.startswith("$") for value in found.values)
        return None if is_bound else found

    def _expression(self, home: DatasetSpec, *, is_adding: bool = False) -> Expression:
        left = self._aggregate(home, is_adding=is_adding)
        if self._draw(st.integers(0, 3)):
            return Expression(left)
        some: tuple[Operation, ...] = ("+", "-") if is_adding else ("/", "+", "-")
        op = self._draw(st.sampled_from(some))
        return Expression(left, op, self._aggregate(home, is_adding=is_adding))

    # ---- metrics over rows ----

    def _homes(self, *, is_timed: bool) -> list[DatasetSpec]:
        timed = [each for each in self._company.datasets if each.time is not None]
        return timed if is_timed else [*timed, *self._company.datasets]

    def _times(self, home: DatasetSpec) -> list[Ref]:
        return self._refs(home, "date", "timestamp", roles=("time",))

    def _simple(self, name: str, kind: Kind) -> Simple | None:
        homes = self._homes(is_timed=kind != "flow")
        if not homes:
            return None
        home = self._draw(st.sampled_from(homes))
        made = Simple(name, home.name, self._expression(home, is_adding=not self.made), self._junction(home))
        match kind:
            case "flow":
                return self._flow(made, home)
            case "stock":
                return self._stock(made, home)
            case "window":
                return replace(made, window=self._window())
            case "latest":
                return self._latest(made, home)
            case _:
                return self._per(made, home)

    def _flow(self, made: Simple, home: DatasetSpec) -> Simple:
        draw, times = self._draw, self._times(home)
        if times and home.time is not None and draw(st.integers(0, 3)) == 0:
            made = replace(made, time=draw(st.sampled_from(times)))
        if not self.made:
            return made
        if made.expression.right is None:
            empty: tuple[Literal["zero", "null"] | None, ...] = (None, None, None, "zero", "null")
            made = replace(made, empty=draw(st.sampled_from(empty)))
        if home.time is not None and draw(st.integers(0, 4)) == 0:
            made = replace(made, default_period="last 90 days")
        return made

    def _stock(self, made: Simple, home: DatasetSpec) -> Simple | None:
        times = self._times(home)
        if not times:
            return None
        since = self._draw(st.sampled_from(times))
        until = self._draw(st.sampled_from([None, *(each for each in times if each != since)]))
        return replace(made, since=since, until=until)

    def _window(self) -> Window:
        size, calendar = self._draw(st.sampled_from(LENGTHS)), self._draw(st.sampled_from(UNITS))
        windows = [Window(size), Window(to_date=calendar), Window(), Window(next=size)]
        windows += [Window(size, current=False), Window(next=size, current=False)]
        return self._draw(st.sampled_from(windows))

    def _latest(self, made: Simple, home: DatasetSpec) -> Simple:
        keys = self._refs(home, roles=("key", "dimension"))
        per = self._draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))
        by = self._refs(home, "date", "timestamp", "integer", roles=("time", "fact", "key"))
        choices: tuple[Literal["last", "first"], ...] = ("last", "first")
        choose = self._draw(st.sampled_from(choices))
        return replace(made, latest=Latest(self._draw(self._own_first(home, by)), choose, tuple(per)))

    def _per(self, made: Simple, home: DatasetSpec) -> Simple:
        key = self._draw(st.sampled_from(self._refs(home, roles=("key",))))
        inner = self._aggregate(home, is_adding=True)
        return replace(made, per=Per(key, inner, self._draw(st.sampled_from(OUTER))))

    # ---- metrics over metrics ----

    def _derived(self, name: str) -> Derived:
        metrics = [each.name for each in self.made]
        some: tuple[Formula, ...] = ("/", "/", "+", "-", "*")
        op = self._draw(st.sampled_from(some))
        left = self._input(self._draw(st.sampled_from(metrics)))
        if self._draw(st.integers(0, 4)) == 0:
            return Derived(name, op, left, self._draw(st.integers(1, 3)))
        return Derived(name, op, left, self._input(self._draw(st.sampled_from(metrics))))

    def _input(self, metric: str) -> Input:
        made = Input(metric)
        if self._draw(st.booleans()):
            return made
        refs = [ref for ref in self._shared(metric) if self._company.spec(ref).role != "time"]
        is_narrowed = self._draw(st.booleans())
        if refs and is_narrowed:
            made = replace(made, condition=Junction((self._condition_anywhere(refs),)))
        way = self._draw(st.integers(0, 3))
        if way == 1:
            return replace(made, offset=self._draw(st.sampled_from(["1 month", "1 year", "7 days", "1 quarter"])))
        if way == 2:
            return replace(made, at_start_of=self._draw(st.sampled_from(UNITS)))
        return made

    def _condition_anywhere(self, refs: list[Ref]) -> Condition:
        ref = self._draw(st.sampled_from(refs))
        op: RowOperator = self._draw(st.sampled_from(["=", "<>", "IN", "IS NULL", "IS NOT NULL"]))
        count = 0 if op.startswith("IS ") else (2 if op == "IN" else 1)
        return Condition(ref, op, tuple(self._draw(values_of(self._company.spec(ref).type)) for _ in range(count)))

    def _shared(self, metric: str) -> list[Ref]:
        """Fields that the rows under every part of the metric have."""
        homes = self._homes_of(metric)
        found: list[Ref] = []
        for each in self._company.datasets:
            for spec in each.fields:
                ref = Ref(each.name, spec.name)
                if all(self._reach.sees(home, ref) for home in homes):
                    found.append(ref)
        return found

    def _homes_of(self, metric: str) -> set[str]:
        spec = next(each for each in self.made if each.name == metric)
        match spec:
            case Simple():
                return {spec.dataset}
            case Derived():
                right = self._homes_of(spec.right.metric) if isinstance(spec.right, Input) else set()
                return self._homes_of(spec.left.metric) | right
            case Transition() | Conversion():
                return self._homes_of(spec.of)

    def _flows(self) -> list[Simple]:
        return [
            each
            for each in self.made
            if isinstance(each, Simple) and each.since is None and self._has_time(each) and each.counts_rows
        ]

    def _has_time(self, metric: Simple) -> bool:
        return metric.time is not None or self._company.dataset[metric.dataset].time is not None

    def _keys(self, dataset: str) -> set[str]:
        return {each.name for each in self._company.dataset[dataset].fields if each.role == "key"}

    def _transition(self, name: str) -> Transition | None:
        stocks = [
            each
            for each in self.made
            if isinstance(each, Simple)
            and each.since is not None
            and each.counts_rows
            and not each.looks_at("$bucket_start")
        ]
        pairs = [
            (one, other, key)
            for one in stocks
            for other in self._flows()
            for key in sorted(self._keys(one.dataset) & self._keys(other.dataset))
        ]
        if not pairs:
            return None
        of, who, key = self._draw(st.sampled_from(pairs))
        return Transition(name, of.name, who.name, key)

    def _conversion(self, name: str) -> Conversion | None:
        flows = [each for each in self._flows() if not each.looks_at("$bucket_start", "$bucket_end")]
        pairs = [
            (one, other, key)
            for one in flows
            for other in flows
            for key in sorted(self._keys(one.dataset) & self._keys(other.dataset))
        ]
        if not pairs:
            return None
        of, to, key = self._draw(st.sampled_from(pairs))
        within = self._draw(st.sampled_from([None, "1 day", "7 days", "1 month"]))
        return Conversion(name, of.name, to.name, key, key, within, of_starts=self._draw(st.booleans()))
