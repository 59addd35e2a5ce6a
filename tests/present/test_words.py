"""Both languages side by side: no sentence of one without the other, and no code that chooses between them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from chat_service.language.phrases import bracketed, ended, listed, sentences
from tests.structure.sources import Source, sources

PRESENT = [each for each in sources("chat_service") if each.module.startswith("chat_service.present")]
_HAN = re.compile("[\u4e00-\u9fff]")
_PLACE = re.compile(r"\{(\w+)")


def _phrases(source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Phrase", "problem"):
            yield node


@pytest.mark.parametrize("source", PRESENT, ids=lambda source: source.where)
def test_chinese_stands_in_phrases_alone(source: Source) -> None:
    inside = {id(child) for call in _phrases(source) for child in ast.walk(call)}
    docs = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | docs:
            assert not _HAN.search(node.value), f"{source.where}:{node.lineno}: Chinese outside of a phrase"


@pytest.mark.parametrize("source", PRESENT, ids=lambda source: source.where)
def test_no_code_chooses_a_language(source: Source) -> None:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            named = [each.value for each in sides if isinstance(each, ast.Constant)]
            assert not {"zh", "en"} & set(map(str, named)), f"{source.where}:{node.lineno}: a branch on language"


@pytest.mark.parametrize("source", PRESENT, ids=lambda source: source.where)
def test_a_phrase_says_something_in_both_languages(source: Source) -> None:
    for call in _phrases(source):
        texts = [
            each.value for each in [*call.args, *(k.value for k in call.keywords)] if isinstance(each, ast.Constant)
        ]
        if getattr(call.func, "id", "") == "Phrase" and len(texts) == 2:
            assert not _HAN.search(str(texts[1])), f"{source.where}:{call.lineno}: Chinese in the English sentence"


def test_habits_of_a_language() -> None:
    assert listed(["a", "b"], "zh") == "a、b" and listed(["a", "b"], "en") == "a, b"
    assert sentences(["一。", "", "二。"], "zh") == "一。二。" and sentences(["One.", "", "Two."], "en") == "One. Two."
    assert bracketed("x", "zh") == "（x）" and bracketed("", "en") == ""
    assert ended("read as last month", "en") == "Read as last month."
