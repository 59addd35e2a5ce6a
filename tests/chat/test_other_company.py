"""A company of other things than customers and yuan: guests, in reais. Nothing of the shipped model shines through."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from chat_service.answer import answer
from chat_service.asking import Answer, Asked
from chat_service.outcomes import Question
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.errors import DefinitionsError
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import CohortQuery

Ask = Callable[[str], Answer]
TODAY = date(2026, 6, 30)
MODEL = """
name: hotel
currency: BRL
entities:
  - name: guest
    dataset: guests
    key: guest_id
    label: {zh: 旅客, en: guest}
    synonyms: {en: [guests]}
    counted_by: guests
datasets:
  - name: stays
    label: {zh: 入住, en: stays}
    table: stays
    primary_key: stay_id
    time: arrived_on
    fields:
      - {name: stay_id, type: integer, role: key}
      - {name: guest_id, type: integer, role: key}
      - {name: arrived_on, type: date, role: time}
      - {name: price, type: number, role: fact, unit: money}
      - {name: weekday, type: integer, expression: extract(isodow FROM arrived_on), label: {zh: 星期, en: weekday}}
  - name: guests
    label: {zh: 旅客, en: guests}
    table: guests
    primary_key: guest_id
    fields:
      - {name: guest_id, type: integer, role: key}
      - {name: home, label: {zh: 住地, en: home}}
relationships:
  - {from: stays, to: guests, on: {guest_id: guest_id}}
metrics:
  - {name: stays, label: {zh: 入住次数, en: stays}, dataset: stays, expression: count(*)}
  - {name: revenue, label: {zh: 收入, en: revenue}, dataset: stays, expression: sum(price), unit: money}
  - {name: guests, label: {zh: 旅客数, en: guests}, dataset: guests, expression: count(*)}
behaviours:
  - {name: stay, metric: stays, amount: revenue, label: {zh: 入住, en: stayed}, synonyms: {en: [stay]}}
cohorts:
  - {name: came_back, label: {zh: 回头率, en: return rate}, metric: stays, first: {zh: 首住, en: first stay}}
lists:
  - {name: near, label: {zh: 本地旅客, en: local guests}, filter: {home: [Rio]}}
"""


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Three guests, of whom the first came twice."""
    folder = tmp_path_factory.mktemp("hotel")
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    with DuckDBWriter(folder / "hotel.duckdb") as writer:
        writer.execute("CREATE TABLE guests AS FROM (VALUES (1, 'Rio'), (2, 'Recife'), (3, 'Rio')) t(guest_id, home)")
        writer.execute(
            "CREATE TABLE stays AS FROM (VALUES (1, 1, DATE '2026-05-03', 1000.0), (2, 1, DATE '2026-06-03', 500.0), "
            "(3, 2, DATE '2026-06-10', 200.0)) t(stay_id, guest_id, arrived_on, price)"
        )
    settings = Settings(database=folder / "hotel.duckdb", model=folder / "model.yaml")
    services = open_services(settings, time.perf_counter)
    yield services
    services.close()


@pytest.fixture(scope="module")
def ask(hotel: Services) -> Ask:
    """The answer to a question of the hotel."""
    return lambda text: answer(Asked(Question(text, TODAY), hotel.reader), hotel)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("guests who stayed at least 2 times", ((1, 2),)),
        ("入住2次以上的旅客", ((1, 2),)),
        ("guests who did not stay in June", ((3,),)),
        ("revenue in June", ((700.0,),)),
        ("6月收入", ((700.0,),)),
        ("how many guests stayed in June", ((2,),)),
        ("stays on Wednesdays in June", ((2,),)),
        ("6月每周日的入住次数", ((0,),)),
    ],
)
def test_behaviour_is_of_the_models_own_entity(ask: Ask, question: str, rows: tuple[object, ...]) -> None:
    found = ask(question)
    assert found.status == "answered", found.text
    assert found.table is not None and found.table.rows == rows
    assert not any(word in found.text for word in ("customer", "客户", "¥"))


@pytest.mark.parametrize(
    ("question", "said"),
    [("revenue in June", "R$700"), ("6月收入", "700雷亚尔"), ("guests who stayed at least 1 time in June", "guests")],
)
def test_money_is_told_in_the_models_currency(ask: Ask, question: str, said: str) -> None:
    assert said in ask(question).text


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("guests with revenue over 1000 reais", None),
        ("收入超过1000雷亚尔的旅客", None),
        ("guests with revenue over R$1000", None),
        ("guests with revenue over 1000 dollars", "other_currency"),
        ("guests with revenue over €1000", "other_currency"),
        ("收入超过1000元的旅客", "other_currency"),
        ("收入超过1000美元的旅客", "other_currency"),
    ],
)
def test_an_amount_in_another_currency_is_never_taken_for_the_models(ask: Ask, question: str, code: str | None) -> None:
    found = ask(question)
    assert (found.trouble.code if found.trouble is not None else None) == code, found.text
    if code is None:
        assert found.table is not None and [row[0] for row in found.table.rows] == [1]


def test_a_cohort_is_told_in_the_words_of_its_definition(hotel: Services) -> None:
    labels = [column.label for column in hotel.layer.prepare(CohortQuery(metric="came_back")).columns]
    assert [label.zh for label in labels] == ["首住月份", "首住后月数", "首住旅客数", "回头率"]
    assert [label.en for label in labels] == ["cohort month", "months since first stay", "cohort size", "return rate"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("currency: BRL", "currency: reais", "wrong_choice"),
        ("currency: BRL\n", "", "bad_unit"),
        ("expression: sum(price), unit: money", "expression: sum(price), unit: reais", "bad_unit"),
        ("expression: sum(price), unit: money", "expression: sum(price), unit: USD", None),
    ],
)
def test_the_currency_is_one_that_there_is(tmp_path: Path, old: str, new: str, code: str | None) -> None:
    assert old in MODEL
    (tmp_path / "model.yaml").write_text(MODEL.replace(old, new), encoding="utf-8")
    if code is None:
        assert load_model(tmp_path).metrics["revenue"].unit == "USD"
        return
    with pytest.raises(DefinitionsError) as found:
        load_model(tmp_path)
    assert {problem.code for problem in found.value.problems} == {code}
