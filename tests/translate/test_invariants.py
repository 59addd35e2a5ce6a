"""What always holds of the translator, whatever is typed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_service.outcomes import Answerable, CatalogueAsked, Clarification, DefinitionAsked, Outcome, Question, Refusal
from chat_service.translate.offline import OfflineTranslator
from semantic_layer import Request
from tests.scheduling import TIMES
from tests.translate.case_files import cases

_TODAY = date(2026, 6, 30)
_OUTCOMES = (Answerable, CatalogueAsked, Clarification, DefinitionAsked, Refusal)
_CASES = [entry["q"] for name in ("zh", "en") for entry in cases(name) if "request" in entry and "gap" not in entry]
_PIECES = st.sampled_from(
    (
        *"的各按和比前后最近年月日上下没未不多少哪",
        *[
            "销售额",
            "上海",
            "金卡",
            "客户",
            "去年",
            "3",
            "10%",
            "超过",
            "以上",
            "占比",
            "同比",
            "revenue",
            "by",
            "city",
            "top",
            "5",
            "customers",
            "who",
            "bought",
            "not",
            "in",
            "2025",
        ],
        *("last month", "vs", ",", "?", " "),
    )
)
_fixed = settings(deadline=None, max_examples=50 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_fixed
@given(text=st.text(max_size=80))
def test_any_text_gives_an_outcome(text: str, translator: OfflineTranslator) -> None:
    assert isinstance(translator.translate(Question(text, _TODAY)), _OUTCOMES)


@_fixed
@given(pieces=st.lists(_PIECES, max_size=14))
def test_any_row_of_known_words_gives_an_outcome(pieces: list[str], translator: OfflineTranslator) -> None:
    text = "".join(pieces) if len(pieces) % 2 else " ".join(pieces)
    assert isinstance(translator.translate(Question(text, _TODAY)), _OUTCOMES)


@_fixed
@given(question=st.sampled_from(_CASES))
def test_asking_twice_is_equal(question: str, translator: OfflineTranslator) -> None:
    asked = Question(question, _TODAY)
    assert translator.translate(asked) == translator.translate(asked)


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _requests(outcome: Outcome) -> tuple[Request | None, ...]:
    """What a question was read as: one request, or those that the rules are torn between."""
    if isinstance(outcome, Answerable):
        return (outcome.request,)
    return tuple(choice.request for choice in outcome.choices) if isinstance(outcome, Clarification) else ()


@_fixed
@given(question=st.sampled_from(_CASES))
def test_case_width_and_spaces_change_nothing(question: str, translator: OfflineTranslator) -> None:
    plain = translator.translate(Question(question, _TODAY))
    for variant in (question.upper(), _wide(question), f"  {question.replace(' ', '  ')}  "):
        other = translator.translate(Question(variant, _TODAY, language=plain.reading.language))
        assert _requests(other) == _requests(plain), variant


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("上個月各會員等級的銷售額", "上个月各会员等级的销售额"),
        ("近30天沒登錄過的白金會員", "近30天没登录过的白金会员"),
        ("今年復購率最高的城市", "今年复购率最高的城市"),
        ("投訴率按門店看", "投诉率按门店看"),
    ],
)
def test_traditional_characters_are_read_as_simplified(
    traditional: str, simplified: str, translator: OfflineTranslator
) -> None:
    one = translator.translate(Question(traditional, _TODAY))
    other = translator.translate(Question(simplified, _TODAY))
    assert type(one) is type(other)
    if isinstance(one, Answerable) and isinstance(other, Answerable):
        assert one.request == other.request


@pytest.mark.parametrize("text", ["", " ", "？？？", "\x00\x01", "🙂🙂", "a" * 10_000, "\ud800"[:0] + "\u200b"])
def test_text_without_a_question_is_refused(text: str, translator: OfflineTranslator) -> None:
    outcome = translator.translate(Question(text, _TODAY))
    assert isinstance(outcome, Refusal)
