"""Strategies of datasets that point at each other, with rows: chains, stars, circles of one-to-one, two ways to one
place, composite keys, queries in place of tables; nulls, dangling keys, empty tables, look-alike text, and
edges of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from hypothesis import strategies as st

from semantic_layer.model.definitions import FieldType
from semantic_layer.query.result import Value
from tests.generated.company import Computed, DatasetSpec, FieldSpec, Link, Ref, Row, Table, quoted

TEXTS = ("A", "a", " A", "A ", "", "B", "it's", "50%", "a_b", "北京", "back\\slash", 'say "hi"', "50")
NUMBERS = (0, 1, 2, 3, 5, -1)
QUARTERS = (0.0, 0.5, 1.25, 2.0, -0.75, 3.0)
DAYS = (
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 1, 7),
    date(2024, 1, 8),
    date(2024, 1, 31),
    date(2024, 2, 1),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 31),
    date(2024, 4, 1),
    date(2024, 6, 30),
    date(2024, 7, 1),
    date(2024, 12, 30),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 2, 28),
    date(2025, 3, 1),
)
CLOCKS = ((0, 0, 0), (23, 59, 59), (12, 30, 0))
INSTANTS = tuple(datetime(d.year, d.month, d.day, *clock) for d in DAYS for clock in CLOCKS)  # noqa: DTZ001
DANGLING = 99
SQL_TYPES: dict[FieldType, str] = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "number": "DECIMAL(12, 2)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
PLAIN_NAMES = ("people", "regions", "stores", "orders", "lines", "visits")
# names that a compiler may itself need for a part of its statement, and words of SQL
AWKWARD_NAMES = ("groups", "events", "orders", "measured", "order", "members")
PLAIN_WORDS = ("city", "tier", "channel", "state", "product", "device")
AWKWARD_WORDS = (
    "entity",
    "place",
    "source",
    "value",
    "group",
    "user",
    "label",
    "bucket",
    "found",
    "steps",
    "value_1",
    "happened",
    "rows",
    "same_1",
    "event_1",
    "total",
    "key",
    "n",
)


def values_of(kind: FieldType) -> st.SearchStrategy[Value]:
    """Values of a type, without null."""
    pools: dict[FieldType, tuple[Value, ...]] = {
        "text": TEXTS,
        "integer": NUMBERS,
        "number": QUARTERS,
        "boolean": (True, False),
        "date": DAYS,
        "timestamp": INSTANTS,
    }
    return st.sampled_from(pools[kind])


@dataclass
class Column:
    """A column while its dataset is being made."""

    name: str
    type: FieldType
    values: st.SearchStrategy[Value]
    role: str


@dataclass
class Plan:
    """Datasets while they are being made, the ones that are pointed at first."""

    is_awkward: bool
    datasets: list[DatasetSpec] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def name(self, place: int) -> str:
        """A name for the next dataset."""
        return (AWKWARD_NAMES if self.is_awkward else PLAIN_NAMES)[place]

    def word(self, place: int, offset: int = 0) -> str:
        """A name for a dimension."""
        words = AWKWARD_WORDS if self.is_awkward else PLAIN_WORDS
        return words[(place + offset) % len(words)]


@st.composite
def plans(draw: st.DrawFn, most: int = 5) -> Plan:
    """Two to `most` datasets with their rows and links."""
    plan = Plan(is_awkward=draw(st.integers(0, 3)) == 0)
    offset = draw(st.integers(0, len(AWKWARD_WORDS))) if plan.is_awkward else 0
    for place in range(draw(st.integers(2, most))):
        _add(draw, plan, place, offset)
    if len(plan.datasets) < len(PLAIN_NAMES) and draw(st.integers(0, 3)) == 0:
        _add_view(draw, plan)
    return plan


def _add(draw: st.DrawFn, plan: Plan, place: int, offset: int) -> None:
    name = plan.name(place)
    # facts mostly stand last and point at one or two; chains and two ways to one place come of themselves
    targets = draw(st.lists(st.sampled_from(plan.datasets), max_size=2, unique_by=lambda d: d.name)) if place else []
    if place and not targets and draw(st.integers(0, 3)):
        targets = [plan.datasets[-1]]
    primary_key = (f"{name}_id", f"{name}_no") if draw(st.integers(0, 4)) == 0 else (f"{name}_id",)
    size = draw(st.integers(0, 4 if place < 2 else 9))
    columns: list[Column] = []
    keys = _keys(draw, primary_key, size)
    foreign: list[tuple[tuple[str, ...], list[tuple[Value, ...]]]] = []
    for target in targets:
        is_single = draw(st.integers(0, 4)) == 0
        names = target.primary_key if len(primary_key) == 1 else tuple(f"{each}" for each in target.primary_key)
        foreign.append((names, _foreign(draw, target, size, is_single=is_single)))
        plan.links.append(Link(name, target.name, tuple(zip(names, target.primary_key, strict=True)), is_single))
    columns += _columns(draw, plan, place, offset)
    shared = _shared(draw, columns[0], targets)
    rows = _rows(draw, size, primary_key, keys, foreign, columns)
    fields = [FieldSpec(each, "integer", "key") for each in primary_key]
    fields += [FieldSpec(each, "integer", "key") for names, _ in foreign for each in names]
    fields += [FieldSpec(each.name, each.type, each.role, same_as=shared.get(each.name)) for each in columns]  # type: ignore[arg-type]
    fields += _computed(draw, plan, name, columns, targets)
    fields += _of_nothing(draw, name, columns[0].name)
    times = [each.name for each in columns if each.role == "time"]
    time = Ref(name, times[0]) if times else None
    if time is None:
        borrowed = [target.time for target in targets if target.time is not None and target.time.dataset == target.name]
        is_borrowed = draw(st.booleans())
        time = borrowed[0] if borrowed and is_borrowed else None
    types = {f.name: f.type for f in fields if f.computed is None}
    _store(draw, plan, DatasetSpec(name, tuple(fields), primary_key, rows, time), types)


def _keys(draw: st.DrawFn, primary_key: tuple[str, ...], size: int) -> list[tuple[Value, ...]]:
    if len(primary_key) == 1:
        return [(number,) for number in range(1, size + 1)]
    pairs = [(one, other) for one in range(1, 4) for other in range(1, 5)]
    return list(draw(st.lists(st.sampled_from(pairs), min_size=size, max_size=size, unique=True)))


def _foreign(draw: st.DrawFn, target: DatasetSpec, size: int, *, is_single: bool) -> list[tuple[Value, ...]]:
    width = len(target.primary_key)
    known: list[tuple[Value, ...]] = [tuple(row[name] for name in target.primary_key) for row in target.rows]
    nothing: tuple[Value, ...] = (None,) * width
    if not is_single:
        half: tuple[Value, ...] = (1, None) if width == 2 else nothing
        pool = [*known, *known, nothing, half, (DANGLING,) * width]
        return draw(st.lists(st.sampled_from(pool), min_size=size, max_size=size))
    pool = [*known, *((DANGLING + each,) * width for each in range(2))]
    found = draw(st.lists(st.sampled_from(pool), max_size=size, unique=True))
    return [*found, *[nothing] * (size - len(found))]


def _columns(draw: st.DrawFn, plan: Plan, place: int, offset: int) -> list[Column]:
    """A dimension, a number, mostly a time, and perhaps more."""
    name, word = plan.name(place), plan.word(place, offset)
    columns = [Column(word, "text", values_of("text"), "dimension")]
    columns.append(Column(f"{name}_size", "integer", values_of("integer"), "fact"))
    if draw(st.booleans()):
        columns.append(Column(f"{name}_price", "number", values_of("number"), "fact"))
    kind: FieldType = draw(st.sampled_from(["timestamp", "timestamp", "date"]))
    if draw(st.integers(0, 4)):
        columns.append(Column(f"{name}_at", kind, values_of(kind), "time"))
        if draw(st.booleans()):
            columns.append(Column(f"{name}_until", kind, values_of(kind), "time"))
    more: tuple[tuple[str, FieldType], ...] = (
        (f"{name}_level", "integer"),
        (f"is_{name}", "boolean"),
        (f"{name}_day", "date"),
        (f"{name}_rate", "number"),
    )
    for named, extra in draw(st.lists(st.sampled_from(more), max_size=2, unique=True)):
        columns.append(Column(named, extra, values_of(extra), "dimension"))
    return columns


def _shared(draw: st.DrawFn, word: Column, targets: list[DatasetSpec]) -> dict[str, Ref]:
    """Sometimes rows have a neighbour's dimension too, with a value of their own: the column is named after it."""
    homes = [
        (each.name, spec)
        for each in targets
        for spec in each.fields
        if spec.role == "dimension" and spec.type == "text" and spec.computed is None and spec.same_as is None
    ]
    if not homes or draw(st.integers(0, 3)):
        return {}
    home, spec = homes[0]
    word.name = spec.name
    return {word.name: Ref(home, spec.name)}


def _rows(
    draw: st.DrawFn,
    size: int,
    primary_key: tuple[str, ...],
    keys: list[tuple[Value, ...]],
    foreign: list[tuple[tuple[str, ...], list[tuple[Value, ...]]]],
    columns: list[Column],
) -> tuple[Row, ...]:
    values = st.tuples(*(st.one_of(each.values, each.values, st.none()) for each in columns))
    drawn = draw(st.lists(values, min_size=size, max_size=size))
    found: list[Row] = []
    for index in range(size):
        row: dict[str, Value] = dict(zip(primary_key, keys[index], strict=True))
        for names, pointers in foreign:
            row.update(zip(names, pointers[index], strict=True))
        row.update(zip((each.name for each in columns), drawn[index], strict=True))
        found.append(row)
    return tuple(found)


def _computed(
    draw: st.DrawFn, plan: Plan, name: str, columns: list[Column], targets: list[DatasetSpec]
) -> list[FieldSpec]:
    """Fields that are expressions, over own columns and over neighbours."""
    found: list[FieldSpec] = []
    kinds = ["double", "is_big", "either", "shout", "later", "neighbour"]
    options = draw(st.lists(st.sampled_from(kinds), max_size=2, unique=True))
    size = f"{name}_size"
    at = next((each for each in columns if each.role == "time" and each.type == "timestamp"), None)
    for option in options:
        if option == "double":
            found.append(FieldSpec(f"{name}_double", "integer", "fact", Computed("double", size)))
        elif option == "is_big":
            found.append(FieldSpec(f"{name}_is_big", "boolean", "dimension", Computed("is_big", size)))
        elif option == "either":
            found.append(FieldSpec(f"{name}_either", "boolean", "dimension", Computed("either", size)))
        elif option == "shout":
            found.append(FieldSpec(f"{name}_shout", "text", "dimension", Computed("shout", columns[0].name)))
        elif option == "later" and at is not None:
            found.append(FieldSpec(f"{name}_later", "timestamp", "time", Computed("later", at.name)))
        elif option == "neighbour" and targets:
            other = targets[0]
            chosen = next(each for each in other.fields if each.role == "dimension")
            made = Computed("neighbour", neighbour=Ref(other.name, chosen.name))
            found.append(FieldSpec(f"{name}_near", chosen.type, "dimension", made))
    return found


def _of_nothing(draw: st.DrawFn, name: str, word: str) -> list[FieldSpec]:
    """Fields that make something of null: what they say of a row that is not there is nothing all the same."""
    always = FieldSpec(f"{name}_always", "boolean", "dimension", Computed("always", word))
    or_none = FieldSpec(f"{name}_or_none", "text", "dimension", Computed("or_none", word))
    is_missing = FieldSpec(f"{name}_is_missing", "boolean", "dimension", Computed("is_missing", word))
    return draw(st.lists(st.sampled_from([always, or_none, is_missing]), max_size=1))


def _store(draw: st.DrawFn, plan: Plan, made: DatasetSpec, types: dict[str, FieldType]) -> None:
    """The dataset as a table of the same name, of another name, or as a query over one or two."""
    columns = tuple((name, SQL_TYPES[kind]) for name, kind in types.items())
    rows = tuple(tuple(row[name] for name, _ in columns) for row in made.rows)
    way = draw(st.sampled_from(["table", "table", "other name", "star", "filtered", "parts"]))
    outputs = ", ".join(quoted(name) for name, _ in columns)
    table, sql = made.name, None
    tables = [(table, rows)]
    if way == "other name":
        table = f"{made.name}_t"
        tables = [(table, rows)]
    elif way == "star":
        sql = f"SELECT * FROM {quoted(table)}"
    elif way == "filtered":
        # a row more, which the query leaves out
        extra = tuple(-7 if kind == "integer" else None for kind in types.values())
        table = f"{made.name}_t"
        tables = [(table, (*rows, extra))]
        sql = f"SELECT {outputs} FROM {quoted(table)} WHERE {quoted(made.primary_key[0])} > 0"
    elif way == "parts":
        half = len(rows) // 2
        tables = [(f"{made.name}_1", rows[:half]), (f"{made.name}_2", rows[half:])]
        sql = " UNION ALL ".join(f"SELECT {outputs} FROM {quoted(name)}" for name, _ in tables)
    plan.tables += [Table(name, columns, found) for name, found in tables]
    named = DatasetSpec(
        made.name, made.fields, made.primary_key, made.rows, made.time, table if sql is None else None, sql
    )
    plan.datasets.append(named)


def _add_view(draw: st.DrawFn, plan: Plan) -> None:
    """A dataset over another: one row for each of its rows with a positive size, one-to-one with it."""
    origin = draw(st.sampled_from(plan.datasets))
    name, size = plan.name(len(plan.datasets)), f"{origin.name}_size"
    key = origin.primary_key
    outputs = ", ".join(f"o.{quoted(each)}" for each in key)
    sql = (
        f"SELECT {outputs}, o.{quoted(size)} + 1 AS {name}_size FROM {{{origin.name}}} AS o "
        f"WHERE o.{quoted(size)} > $big - 2"
    )
    rows: list[Row] = []
    for row in origin.rows:
        value = row[size]
        if isinstance(value, int) and value > 0:
            rows.append({**{each: row[each] for each in key}, f"{name}_size": value + 1})
    fields = [*(FieldSpec(each, "integer", "key") for each in key), FieldSpec(f"{name}_size", "integer", "fact")]
    time = origin.time if origin.time is not None and origin.time.dataset == origin.name else None
    plan.datasets.append(DatasetSpec(name, tuple(fields), key, tuple(rows), time, None, sql))
    plan.links.append(Link(name, origin.name, tuple((each, each) for each in key), draw(st.booleans())))
