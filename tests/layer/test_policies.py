"""What a reader sees of the toy company: sums added up by hand over the rows that are theirs, and no way to others."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter
from sqlglot import exp

from semantic_layer.database.views import guard, view_of
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import Request, Scalar
from semantic_layer.query.result import Value
from semantic_layer.resolve.binding import Binder
from semantic_layer.resolve.own_rows import own_rows

TOY = Path(__file__).parent / "toy.yaml"
TODAY = date(2026, 3, 31)
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
OWN_CITY: dict[str, list[dict[str, object]]] = {
    "reader_attributes": [{"name": "city"}, {"name": "least"}],
    "policies": [{"name": "own_city", "dataset": "people", "filter": "city = reader.city", "except": ["head_office"]}],
}
BOTH: dict[str, list[dict[str, object]]] = {
    **OWN_CITY,
    "policies": [
        *OWN_CITY["policies"],
        {"name": "large", "dataset": "sales", "filter": "amount >= reader.least"},
    ],
}
RULES: dict[str, list[dict[str, object]]] = {
    "field_rules": [
        {"fields": "sales.channel", "show": "withheld", "except": ["support"]},
        {"fields": "people.city", "show": "masked", "except": ["support"]},
    ]
}


@contextmanager
def opened(database: Path, *more: Mapping[str, object], **written: object) -> Iterator[Layer]:
    """The toy company with more said of its readers."""
    engine = DuckDBEngine(database)
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = {key: value for each in (*more, written) for key, value in each.items()}
            shutil.copy(TOY, folder)
            (Path(folder) / "access.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
            model = load_model(Path(folder))
        yield Layer(model, engine, TODAY)
    finally:
        engine.close()


def known(*roles: str, **attributes: Scalar | tuple[Scalar, ...]) -> Reader:
    """A reader of whom that is known."""
    told = {name: each if isinstance(each, tuple) else (each,) for name, each in attributes.items()}
    return Reader("some", roles=frozenset(roles), attributes=tuple(told.items()))


def rows(layer: Layer, reader: Reader, **request: object) -> tuple[tuple[Value, ...], ...]:
    return layer.run(REQUESTS.validate_python({"kind": "metrics", **request}), reader).rows


def codes(layer: Layer, reader: Reader, **request: object) -> set[str]:
    with pytest.raises(QueryError) as caught:
        layer.run(REQUESTS.validate_python({"kind": "metrics", **request}), reader)
    return {each.code for each in caught.value.problems}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"metrics": ["revenue"]}, [(120,)]),  # of people 1 and 2: 10 + 20 + 30 + 60
        ({"metrics": ["members"]}, [(2,)]),
        ({"metrics": ["calls"]}, [(2,)]),  # the third is nobody's
        ({"metrics": ["quantity"]}, [(15,)]),  # 1 + 2 + 3 + 4 + 5 of their paid sales
        ({"metrics": ["risky"]}, [(1,)]),
        ({"metrics": ["joined"], "group_by": ["city"]}, [("A", 2)]),
        ({"group_by": ["city"]}, [("A",)]),
        ({"metrics": ["revenue"], "filters": [{"field": "city", "values": ["B"]}]}, [(0,)]),
        ({"metrics": ["revenue"], "filters": [{"not": {"field": "city", "values": ["A"]}}]}, [(0,)]),
        (
            {
                "metrics": ["members"],
                "filters": [{"metric": "orders", "per": "customer", "op": "=", "values": [0]}],
            },
            [(0,)],
        ),
        ({"kind": "list", "measured": [{"name": "n", "metric": "orders"}]}, [(1, 3), (2, 1)]),
        ({"metrics": ["gifts"]}, [(3,)]),  # of nobody in particular
    ],
)
def test_the_rows_of_a_reader_are_all_that_there_is(
    request_: dict[str, object], expected: list[tuple[Value, ...]], toy_database: Path
) -> None:
    with opened(toy_database, OWN_CITY) as layer:
        assert rows(layer, known(city="A"), **request_) == tuple(expected)


def test_a_query_of_the_model_reads_the_readers_rows_only(toy_database: Path) -> None:
    """`gaps` looks at the sale after each one: not at one that the reader may not see."""
    hidden = {**OWN_CITY, "policies": [{"name": "not_that", "dataset": "sales", "filter": "amount != reader.least"}]}
    lapsed = {"metrics": ["lapsed"], "filters": [{"field": "city", "values": ["A"]}]}
    with opened(toy_database, hidden) as layer:
        # person 1 buys on 6 and 31 January and 10 March, 2 on 1 February: 30 days pass after the second and the last
        assert rows(layer, known(least=0), **lapsed) == ((2,),)
        # without 60 in March the sale of 31 January is the last; without 20 in January that of the 6th is long the last
        assert rows(layer, known(least=60), **lapsed) == ((2,),)
        assert rows(layer, known(least=20), **lapsed) == ((2,),)
        assert rows(layer, known(least=20), metrics=["orders"], filters=lapsed["filters"]) == ((3,),)
        assert rows(layer, known(least=10), **lapsed, group_by=["people.person_id"]) == ((1, 1), (2, 1))
        assert rows(layer, known(least=20), **lapsed, period={"start": "2026-02-01", "end": "2026-03-01"}) == ((1,),)
        assert rows(layer, known(least=0), **lapsed, period={"start": "2026-02-01", "end": "2026-03-01"}) == ((0,),)


def test_several_values_are_any_of_them_and_kinds_fit(toy_database: Path) -> None:
    with opened(toy_database, BOTH) as layer:
        assert rows(layer, known(city=("A", "B"), least=0), metrics=["revenue"]) == ((320,),)
        assert rows(layer, known(city="A", least="30"), metrics=["revenue"]) == ((90,),)
        assert codes(layer, known(city="A", least="many"), metrics=["revenue"]) == {"attribute_unfit"}
        assert codes(layer, known(city="A", least=(1, 2)), metrics=["revenue"]) == {"attribute_unfit"}
        assert rows(layer, known(city="A' OR 'x' = 'x", least=0), metrics=["revenue"]) == ((0,),)


REQUESTS_OF_ALL_KINDS: tuple[dict[str, object], ...] = (
    {"metrics": ["revenue"]},
    {"metrics": ["gifts"]},
    {"kind": "list"},
    {"kind": "explain", "metric": "revenue", "period": {"start": "2026-03-01", "end": "2026-04-01"}},
)


def test_without_the_attribute_nothing_is_answered(toy_database: Path) -> None:
    with opened(toy_database, OWN_CITY) as layer:
        for reader in (known(), known(town="A"), known(city=()), Reader("anonymous")):
            for each in REQUESTS_OF_ALL_KINDS:
                assert codes(layer, reader, **each) == {"attribute_missing"}
            with pytest.raises(QueryError):
                layer.values("city", reader=reader)
            with pytest.raises(QueryError):
                layer.as_seen_by(reader)
        assert rows(layer, known("head_office"), metrics=["revenue"]) == ((410,),), "no attribute is asked of them"


def test_values_and_what_is_near_are_the_readers(toy_database: Path) -> None:
    with opened(toy_database, OWN_CITY) as layer:
        assert layer.values("city", reader=known(city="A")).values == ("A",)
        assert layer.values("city", "B", reader=known(city="A")).values == ()
        for value in ("B", "b"):
            request = REQUESTS.validate_python(
                {"kind": "metrics", "metrics": ["revenue"], "filters": [{"field": "city", "values": [value]}]}
            )
            told = layer.run(request, known(city="A")).cautions
            assert [(each.code, getattr(each, "nearest", ())) for each in told] == [("value_not_in_data", ())]


def test_the_answer_names_what_limits_it(toy_database: Path) -> None:
    with opened(toy_database, BOTH) as layer:
        reader = known(city="A", least=20)
        of_sales, of_people, of_gifts = (
            layer.prepare(REQUESTS.validate_python({"kind": "metrics", "metrics": [metric]}), reader)
            for metric in ("revenue", "members", "gifts")
        )
        assert (of_sales.policies, of_people.policies, of_gifts.policies) == (("large", "own_city"), ("own_city",), ())
        told = [(each.field, each.text) for each in of_people.filters if each.origin == "policy"]
        assert told == [("own_city", "people: city = 'A'")]


def test_no_statement_passes_that_reads_a_limited_table_as_it_is(toy_database: Path) -> None:
    """Even if a part of the compiler forgot where rows come from."""
    with opened(toy_database, OWN_CITY) as layer:
        limits = own_rows(layer.model, known(city="A"))
        view = view_of(layer.model, limits, Binder(layer.model, TODAY))
        request = REQUESTS.validate_python({"kind": "metrics", "metrics": ["revenue"]})
        guard(layer.prepare(request, known(city="A")).statement, view)
        whole = layer.prepare(request, known("head_office")).statement
        inner = exp.select("*").from_("sales").subquery("sales")
        hidden = exp.select("1").with_("sales", as_=exp.select("*").from_("sales")).from_("sales")
        for each in (whole, exp.select("1").from_(inner), hidden, exp.select("1").from_("main.sales AS s")):
            with pytest.raises(AssertionError):
                guard(each, view)
        guard(exp.select("1").with_("sales", as_=exp.select("1")).from_("sales"), view)


def test_readers_who_see_the_same_share_it(toy_database: Path) -> None:
    with opened(toy_database, OWN_CITY) as layer:
        assert layer.as_seen_by(known(city="A")) is layer.as_seen_by(known("ask", city="A"))
        assert layer.as_seen_by(known(city="A")) is not layer.as_seen_by(known(city="B"))
        assert layer.as_seen_by(known("head_office")) is layer


def test_a_withheld_field_is_nowhere(toy_database: Path) -> None:
    with opened(toy_database, RULES) as layer:
        reader = known()
        withheld: tuple[dict[str, object], ...] = (
            {"metrics": ["revenue"], "group_by": ["channel"]},
            {"metrics": ["revenue"], "filters": [{"field": "sales.channel", "values": ["app"]}]},
            {"metrics": ["app_share"]},  # its formula looks at the channel
            {"metrics": ["revenue"], "filters": [{"field": "sales.is_notable", "values": [True]}]},  # so does this
        )
        for each in withheld:
            assert codes(layer, reader, **each) == {"field_withheld"}, each
            assert rows(layer, known("support"), **each)
        with pytest.raises(QueryError):
            layer.values("channel", reader=reader)
        assert rows(layer, reader, metrics=["revenue"]) == ((410,),)


def test_a_masked_field_is_shown_as_there_and_not_asked_by(toy_database: Path) -> None:
    with opened(toy_database, RULES) as layer:
        shown = rows(layer, known(), kind="list", columns=["city"])
        assert {row[1] for row in shown} == {"***", None}
        assert codes(layer, known(), metrics=["members"], group_by=["city"]) == {"field_withheld"}
        found = rows(layer, known("support"), kind="list", columns=["city"])
        assert {row[1] for row in found} == {"A", "B", None}


def test_a_rule_ends_where_the_model_says_so(toy_database: Path) -> None:
    opening = {"fields": "sales.is_notable", "show": "clear"}
    with opened(toy_database, field_rules=[*RULES["field_rules"], opening]) as layer:
        request = {"metrics": ["revenue"], "filters": [{"field": "sales.is_notable", "values": [True]}]}
        assert rows(layer, known(), **request) == ((370,),)  # 20 and 50 by the app, and 60, 70, 80, 90
