"""Tokens cover every character once; lemmas of related forms meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_service.language.folding import fold
from chat_service.language.tokens import tokenize
from chat_service.language.words.lemma import lemma


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("What's last month's revenue?", "what 's last month 's revenue ?"),
        ("year-over-year", "year - over - year"),
        ("customers' orders", "customers ' orders"),
        ("hasn't ordered", "hasn't ordered"),
        ("TOP3城市", "top 3 城 市"),
        ("B2B in Q1, M3", "b2b in q1 , m3"),
        ("30days 1,000.5元", "30 days 1,000.5 元"),
        ("复购率 AOV", "复 购 率 aov"),
    ],
)
def test_tokenize(text: str, tokens: str) -> None:
    assert [token.text for token in tokenize(fold(text))] == tokens.split()


@given(st.text())
def test_tokens_cover_the_text(text: str) -> None:
    folded = fold(text)
    tokens = tokenize(folded)
    assert "".join(token.text for token in tokens) == folded.text.replace(" ", "")
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


@pytest.mark.parametrize(
    "forms",
    [
        "order orders ordered ordering",
        "buy buys bought buying",
        "purchase purchases purchased purchasing",
        "redeem redeems redeemed redeeming",
        "subscribe subscribes subscribed subscribing",
        "cancel cancelled canceled cancels",
        "share shares shared sharing",
        "city cities city's",
        "log logs logged logging",
        "refer refers referred referring",
        "use uses used using",
        "complain complains complained complaining",
        "rate rates rated rating ratings",
    ],
)
def test_forms_of_a_word_meet(forms: str) -> None:
    first, *others = forms.split()
    assert {lemma(other) for other in others} == {lemma(first)} == {first}


@pytest.mark.parametrize("word", ["this", "gross", "status", "bonus", "sms", "class", "analysis", "address"])
def test_words_that_only_look_inflected(word: str) -> None:
    assert lemma(word) == word
