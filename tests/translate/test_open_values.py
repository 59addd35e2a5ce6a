"""Values of a dimension that has too many to be held are looked for in the database when a word is not understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from chat_service.outcomes import Answerable, Clarification, Question, Refusal
from chat_service.translate.offline import OfflineTranslator
from semantic_layer.model.model import Model
from semantic_layer.query.requests import FieldFilter, MetricQuery

_PRODUCTS = ("珑玥晶透面霜7号", "珑玥晶透面霜70号", "Aurora Night Serum")


@dataclass(frozen=True)
class _Found:
    values: tuple[str, ...]
    is_complete: bool


@dataclass
class _Database:
    """A database with more products than are read at once: none is held, all can be searched for."""

    searched: list[str] = field(default_factory=list)

    def __call__(self, name: str, search: str = "", /) -> _Found:
        if name != "product":
            return _Found((), is_complete=True)
        if not search:
            return _Found((), is_complete=False)
        self.searched.append(search)
        return _Found(tuple(value for value in _PRODUCTS if search in value.lower()), is_complete=True)


def _product_of(translator: OfflineTranslator, text: str, today: date) -> object:
    outcome = translator.translate(Question(text, today))
    assert isinstance(outcome, Answerable), outcome
    assert isinstance(outcome.request, MetricQuery)
    return outcome.request.filters


def test_a_value_that_is_not_held_is_found_whole(loyalty: Model, today: date) -> None:
    translator = OfflineTranslator(loyalty, _Database())
    for text, value in (
        ("珑玥晶透面霜7号今年卖了多少件", "珑玥晶透面霜7号"),
        ("珑玥晶透面霜70号今年卖了多少件", "珑玥晶透面霜70号"),
        ("units sold of aurora night serum this year", "Aurora Night Serum"),
    ):
        assert _product_of(translator, text, today) == (FieldFilter(field="product", values=(value,)),)


def test_what_is_nowhere_stays_not_understood(loyalty: Model, today: date) -> None:
    translator = OfflineTranslator(loyalty, _Database())
    for text in ("泰迪熊面霜今年卖了多少件", "珑玥晶透面霜今年卖了多少件"):
        outcome = translator.translate(Question(text, today))
        assert isinstance(outcome, Refusal | Clarification)
        assert outcome.code == "off_topic" or outcome.code.startswith("unknown")


def test_a_question_that_is_understood_asks_nothing_of_the_database(loyalty: Model, today: date) -> None:
    database = _Database()
    OfflineTranslator(loyalty, database).translate(Question("上个月的销售额", today))
    assert database.searched == []
