"""What was computed beforehand is read where it tells the same, and only there: toy numbers added up by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from semantic_layer.database.fresh_rollups import Refreshed
from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import DefinitionsError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.model.model import Model
from semantic_layer.query.reader import ANONYMOUS, Reader
from semantic_layer.query.result import Value
from semantic_layer.refreshing import refresh_rollups
from tests.layer.test_policies import BOTH, OWN_CITY, REQUESTS, RULES, TODAY, TOY, known

DAILY: dict[str, object] = {
    "name": "sales_daily",
    "metrics": ["revenue", "orders", "refund_rate"],
    "dimensions": ["channel", "city", "sales.person_id"],
}
FIRST_QUARTER = {"start": "2026-01-01", "end": "2026-04-01"}
FEBRUARY = {"start": "2026-02-01", "end": "2026-03-01"}
MARCH = {"start": "2026-03-01", "end": "2026-04-01"}
Answered = tuple[tuple[str, ...], tuple[tuple[Value, ...], ...]]
READ = ("sales_daily",)


@pytest.fixture(scope="module")
def cells_of_toy(toy_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """The toy company with its rollup built."""
    folder = tmp_path_factory.mktemp("rollups")
    database, model = Path(shutil.copy(toy_database, folder / "toy.duckdb")), model_of(folder, DAILY)
    assert refresh_rollups(database, model, TODAY) == (Refreshed("sales_daily", 10, 10, is_new=True),)
    with closing(DuckDBEngine(database)) as engine:
        yield Layer(model, engine, TODAY)


@pytest.fixture
def database(toy_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(toy_database, tmp_path / "toy.duckdb"))


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return model_of(tmp_path, DAILY)


def model_of(folder: Path, *rollups: Mapping[str, object], **more: object) -> Model:
    """The toy model with rollups."""
    place = folder / f"model_{len(list(folder.iterdir()))}"
    place.mkdir()
    shutil.copy(TOY, place)
    (place / "more.yaml").write_text(
        yaml.safe_dump({"rollups": [dict(each) for each in rollups], **more}), encoding="utf-8"
    )
    return load_model(place)


def answered(layer: Layer, reader: Reader = ANONYMOUS, **request: object) -> Answered:
    """The rollups that a request is read from, and its rows."""
    return answer_to(layer, request, reader)


def answer_to(layer: Layer, request: Mapping[str, object], reader: Reader = ANONYMOUS) -> Answered:
    """The same for a request as a whole."""
    prepared = layer.prepare(REQUESTS.validate_python({"kind": "metrics", **request}), reader)
    return prepared.rollups, layer.execute(prepared).rows


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"metrics": ["revenue"]}, [(410,)]),
        ({"metrics": ["revenue"], "group_by": ["city"]}, [("B", 200), ("A", 120), (None, 90)]),
        ({"metrics": ["aov"], "filters": [{"field": "channel", "values": ["app"]}]}, [(130 / 3,)]),
        ({"metrics": ["orders", "refund_rate"], "period": FEBRUARY}, [(2, 1 / 3)]),
        ({"metrics": ["orders"], "filters": [{"field": "city", "op": "=", "values": ["nowhere"]}]}, [(0,)]),
        ({"metrics": ["refund_share"], "period": FEBRUARY}, None),
        ({"metrics": ["revenue"], "group_by": ["fortnight"], "period": FIRST_QUARTER}, None),
        ({"metrics": ["revenue_30d"], "group_by": ["month"], "period": FIRST_QUARTER}, None),
        ({"metrics": ["revenue"], "group_by": ["month"], "cumulative": ["revenue"], "period": FIRST_QUARTER}, None),
        ({"metrics": ["revenue"], "group_by": ["channel"], "shares": ["revenue"]}, None),
        ({"metrics": ["growth"], "group_by": ["month"], "period": FIRST_QUARTER}, None),
        ({"metrics": ["app_share"]}, [(20 / 410 + 60 / 410,)]),
        ({"metrics": ["revenue"], "group_by": ["person_id"]}, [(1, 90), (2, 30), (3, 200), (4, 90)]),
        ({"group_by": ["channel"], "period": FIRST_QUARTER}, None),
        ({"kind": "explain", "metric": "revenue", "dimensions": ["channel"], "period": MARCH}, None),
    ],
)
def test_what_cells_tell(
    cells_of_toy: Layer, toy: Layer, asked: dict[str, object], rows: list[tuple[Value, ...]]
) -> None:
    rollups, found = answer_to(cells_of_toy, asked)
    assert rollups == READ
    assert found == answer_to(toy, asked)[1]
    if rows is not None:
        assert [tuple(pytest.approx(each) if isinstance(each, float) else each for each in row) for row in rows] == [
            *found
        ]


@pytest.mark.parametrize(
    "asked",
    [
        {"metrics": ["buyers"]},
        {"metrics": ["repeaters"]},
        {"metrics": ["last_amount"]},
        {"metrics": ["median_amount"]},
        {"metrics": ["members"]},
        {"metrics": ["quantity"]},
        {"metrics": ["revenue", "buyers"]},
        {"metrics": ["revenue"], "group_by": ["hour"], "period": {"start": "2026-01-06", "end": "2026-01-07"}},
        {"metrics": ["revenue"], "group_by": ["day_of_week"]},
        {"metrics": ["revenue_of_people"], "group_by": ["city"]},
        {"metrics": ["revenue"], "filters": [{"field": "sales.amount", "op": ">", "values": [30]}]},
        {"metrics": ["revenue"], "filters": [{"metric": "orders", "op": ">=", "values": [2]}]},
        {"metrics": ["revenue"], "filters": [{"field": "people.joined_at", "op": ">=", "values": ["2026-02-01"]}]},
        {"kind": "list", "measured": [{"name": "spent", "metric": "revenue"}]},
    ],
)
def test_what_cells_do_not_tell(cells_of_toy: Layer, toy: Layer, asked: dict[str, object]) -> None:
    assert answer_to(cells_of_toy, asked) == ((), answer_to(toy, asked)[1])


def test_units_that_are_not_whole_are_read_from_rows(database: Path, tmp_path: Path) -> None:
    model = model_of(tmp_path, {**DAILY, "grain": "month"})
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        layer = Layer(model, engine, TODAY)
        assert answered(layer, metrics=["revenue"], period=MARCH) == (READ, ((300,),))
        assert answered(layer, metrics=["revenue"], group_by=["quarter"], period=FIRST_QUARTER)[0] == READ
        assert answered(layer, metrics=["revenue"], period={"start": "2026-03-01", "end": "2026-03-16"}) == (
            (),
            ((130,),),
        )
        assert answered(layer, metrics=["revenue"], group_by=["week"], period=FIRST_QUARTER)[0] == ()
        # today cuts the month
        earlier = Layer(model, engine, TODAY.replace(day=15))
        assert answered(earlier, metrics=["revenue"], period=MARCH) == ((), ((130,),))


def test_cells_of_other_data_are_not_read(database: Path, model: Model) -> None:
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        before = Layer(model, engine, TODAY)
        assert answered(before, metrics=["revenue"]) == (READ, ((410,),))
        more = shutil.copy(database, database.with_suffix(".new"))
        with DuckDBWriter(Path(more)) as writer:
            writer.execute("INSERT INTO sales VALUES (11, 4, '2026-03-31 10:00', 1000, 'paid', 'web')")
        Path(more).replace(database)
        assert engine.has_changed()
        # who still reads the old data reads its rows
        assert answered(before, metrics=["revenue"]) == ((), ((410,),))
        with closing(DuckDBEngine(database)) as again:
            assert answered(Layer(model, again, TODAY), metrics=["revenue"]) == ((), ((1410,),))
            assert [each.is_new for each in refresh_rollups(database, model, TODAY)] == [True]
            assert again.has_changed()
        assert [each.is_new for each in refresh_rollups(database, model, TODAY)] == [False]
        with closing(DuckDBEngine(database)) as last:
            assert answered(Layer(model, last, TODAY), metrics=["revenue"]) == (READ, ((1410,),))


def test_cells_of_other_definitions_are_not_read(database: Path, model: Model, tmp_path: Path) -> None:
    refresh_rollups(database, model, TODAY)
    other = model_of(tmp_path, {**DAILY, "dimensions": ["city"]})
    with closing(DuckDBEngine(database)) as engine:
        assert answered(Layer(other, engine, TODAY), metrics=["revenue"]) == ((), ((410,),))


def test_the_data_are_only_read(database: Path, model: Model) -> None:
    before = sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns
    with closing(DuckDBEngine(database)) as engine:
        refresh_rollups(database, model, TODAY)  # beside a service that reads
        assert engine.has_changed()
    assert (sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns) == before
    assert sorted(each.name for each in database.parent.iterdir() if each.is_file()) == [
        "toy.duckdb",
        "toy.duckdb.rollups",
    ]


def test_a_policy_is_carried_by_the_cells_that_tell_it(database: Path, tmp_path: Path) -> None:
    model = model_of(tmp_path, DAILY, **OWN_CITY)
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        layer, reader = Layer(model, engine, TODAY), known(city="A")
        assert answered(layer, reader, metrics=["revenue"]) == (READ, ((120,),))
        prepared = layer.prepare(REQUESTS.validate_python({"kind": "metrics", "metrics": ["revenue"]}), reader)
        assert (prepared.policies, [each.field for each in prepared.filters]) == (("own_city",), ["state", "own_city"])
        assert answered(layer, known("head_office"), metrics=["revenue"]) == (READ, ((410,),))
        assert answered(layer, known(city=("A", "B")), metrics=["revenue"], group_by=["city"]) == (
            READ,
            (("B", 200), ("A", 120)),
        )


@pytest.mark.parametrize("dimensions", [["channel"], ["channel", "city"]])
def test_a_policy_that_cells_do_not_tell_is_kept_by_rows(database: Path, tmp_path: Path, dimensions: list[str]) -> None:
    model = model_of(tmp_path, {**DAILY, "dimensions": dimensions}, **BOTH)
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        # of people 1 and 2, from 30 on: 30 + 60
        found = answered(Layer(model, engine, TODAY), known(city="A", least=30), metrics=["revenue"])
        assert found == ((), ((90,),))


def test_a_row_that_leads_to_nobody_is_not_seen_in_cells(database: Path, tmp_path: Path) -> None:
    with DuckDBWriter(database) as writer:
        writer.execute("INSERT INTO sales VALUES (11, 99, '2026-03-31 10:00', 1000, 'paid', 'web')")
    missing: dict[str, object] = {
        "policies": [{"name": "own", "dataset": "people", "filter": "city IS NULL OR city = reader.city"}]
    }
    model = model_of(tmp_path, DAILY, **{**OWN_CITY, **missing})
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        # person 4 has no city: 90; nobody's 1000 is hidden
        found = answered(Layer(model, engine, TODAY), known(city="A"), metrics=["revenue"])
        assert found == ((), ((210,),))


def test_withheld_fields_are_in_no_cells(tmp_path: Path) -> None:
    with pytest.raises(DefinitionsError) as caught:
        model_of(tmp_path, DAILY, **RULES)
    assert {each.code for each in caught.value.problems} == {"rollup_personal"}


def test_joins_that_multiply_rows_make_no_rollup(database: Path, model: Model) -> None:
    with DuckDBWriter(database) as writer:
        writer.execute("INSERT INTO people VALUES (1, '2026-01-05 09:00', 'B', NULL)")
    (found,) = refresh_rollups(database, model, TODAY)
    assert found.problem is not None
    assert found.problem.code == "rollup_multiplied"
    with closing(DuckDBEngine(database)) as engine:
        assert answered(Layer(model, engine, TODAY), metrics=["revenue"]) == ((), ((410,),))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("ALTER TABLE sales ALTER amount TYPE DOUBLE", "rollup_inexact"),
        ("ALTER TABLE people DROP city", "rollup_unavailable"),
    ],
)
def test_what_is_not_built(database: Path, model: Model, change: str, code: str) -> None:
    with DuckDBWriter(database) as writer:
        writer.execute(change)
    (found,) = refresh_rollups(database, model, TODAY)
    assert found.problem is not None
    assert (found.problem.code, found.is_new) == (code, False)


def test_the_smallest_rollup_is_read(database: Path, tmp_path: Path) -> None:
    small = {"name": "small", "metrics": ["revenue"], "dimensions": ["channel"], "grain": "year"}
    model = model_of(tmp_path, DAILY, small)
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        layer = Layer(model, engine, TODAY.replace(month=12))
        year = {"start": "2026-01-01", "end": "2027-01-01"}
        assert answered(layer, metrics=["revenue"], period=year) == (("small",), ((410,),))
        assert answered(layer, metrics=["revenue"], period=year, group_by=["city"])[0] == READ


def test_a_name_of_a_dataset_does_not_hide_it(database: Path, tmp_path: Path) -> None:
    model = model_of(tmp_path, {**DAILY, "name": "sales"})
    refresh_rollups(database, model, TODAY)
    with closing(DuckDBEngine(database)) as engine:
        rollups, rows = answered(Layer(model, engine, TODAY), metrics=["revenue", "calls", "repeaters"])
        assert (rollups, rows) == (("sales",), ((410, 3, 2),))
