"""What holds for every problem there is: both languages, fields that are there, codes that stay what they were."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date
from types import UnionType
from typing import ClassVar, Union, get_args, get_origin, get_type_hints

import pytest

import chat_service
import semantic_layer
from semantic_layer.errors import WORDS, Language, Phrase, Problem, thing
from tests.structure.sources import REPOSITORY, sources

CODES = (REPOSITORY / "tests/structure/problem_codes.txt").read_text(encoding="utf-8").split()
PLACES = re.compile(r"\{(\w+)(?::([^}]*))?\}")
HOW = {"", "name", "word", "a", "offer", "if", "list", "quoted", "both", "either", "ways", "chain"}
# what stands in Latin letters in a Chinese sentence outside of quotes and code
_LATIN = """
    SQL YAML JSON MB UTF DuckDB Parquet PostgreSQL Spark Connect URL dbt Ossie HUITOU huitou schema manifest GET v1
    dimensions pip install x primary_key semantic_manifest p_alive churn_probability expected_orders_12m
    predicted_clv_12m Asia Shanghai Authorization Bearer PDF HTML Chromium
"""
LATIN = set(_LATIN.split())


def _below(parent: type[Problem]) -> Iterator[type[Problem]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)


def _every() -> tuple[type[Problem], ...]:
    for package in (semantic_layer, chat_service):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    ours = (each for each in _below(Problem) if each.__module__.startswith(("semantic_layer.", "chat_service.")))
    return tuple(dict.fromkeys(each for each in ours if not each.__subclasses__()))


EVERY = _every()


def _fields(problem: type[Problem]) -> dict[str, object]:
    hints = get_type_hints(problem)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar}


def _optional(problem: type[Problem]) -> set[str]:
    """The fields that may be empty: those of optional parts and of offers."""
    parts = [part for part in re.findall(r"(?<!\[)\[([^\[\]]*)\]", problem.en) if ":if}" not in part]
    return {name for name, how in PLACES.findall(problem.en) if how == "offer"} | {
        name for part in parts for name, _ in PLACES.findall(part)
    }


def _value(name: str, kind: object, *, empty: bool) -> object:
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    if type(None) in kinds and empty:
        return None
    if get_origin(kinds[0]) is tuple:
        inner = ("a", "b") if get_origin(get_args(kinds[0])[0]) is tuple else name
        return () if empty else (inner, inner)
    if date in kinds:
        return date(2026, 1, 2)
    known = ((Phrase, Phrase("某", "some")), (bool, not empty), (int, 1234), (float, 2.5))
    return next((value for each, value in known if each in kinds), "" if empty else name)


def _made(problem: type[Problem], *, full: bool) -> Problem:
    lacking = set() if full else _optional(problem) | {name for name, kind in _fields(problem).items() if kind is bool}
    return problem(**{name: _value(name, kind, empty=name in lacking) for name, kind in _fields(problem).items()})


def test_a_problem_has_a_code_and_a_sentence_in_each_language() -> None:
    for problem in EVERY:
        assert "code" in vars(problem), f"declare {problem.__name__} with @problem"
        assert problem.zh and problem.en, problem
        assert problem.zh != problem.en or not re.search("[a-z]", PLACES.sub("", problem.en)), problem
        assert not re.search("[\u4e00-\u9fff]", problem.en), problem


def test_a_sentence_speaks_of_fields_that_there_are() -> None:
    for problem in EVERY:
        for template in (problem.zh, problem.en):
            for name, how in PLACES.findall(template):
                assert name in _fields(problem) or hasattr(problem, name), f"{name} is no field of {problem.__name__}"
                assert how in HOW or re.fullmatch(r"[,.\d]*[dfgX]?", how), (problem, how)
        said = [{name for name, _ in PLACES.findall(template)} for template in (problem.zh, problem.en)]
        assert said[0] == said[1], f"{problem.__name__}: both languages say the same"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("full", [True, False])
def test_a_sentence_is_whole_with_and_without_what_is_optional(language: Language, full: bool) -> None:
    for made in (_made(problem, full=full) for problem in EVERY):
        for text in (made.sentence(language), made.sentence(language, str.upper)):
            assert text, made
            assert not re.search(r"None|Phrase\(|[{}|]|^ |  | [.,?](\s|$)", text), text
            assert "[" not in text.lower().replace("[extra]", ""), text


def test_a_chinese_sentence_is_chinese() -> None:
    for problem in EVERY:
        bare = re.sub(r"`[^`]*`|“[^”]*”|HUITOU_\w+(=\w+)?|--\w+|\.\w+|\w+://", " ", PLACES.sub(" ", problem.zh))
        assert set(re.findall(r"[A-Za-z]\w*", bare)) <= LATIN, problem
        assert not re.search(r"[,;?!](?!\d)|'", re.sub(r"pip install '.*'", "", bare)), (
            f"{bare}: Chinese has its own stops"
        )


def test_codes_stay_what_they_were() -> None:
    assert {each.code for each in EVERY} == set(CODES)


def test_words_that_code_passes_for_kinds_of_things_have_chinese() -> None:
    """`{kind:word}` and `thing(kind, ...)` are said in Chinese by WORDS."""
    by_name: dict[str, set[str]] = {}
    for problem in EVERY:
        words = {name for name, how in PLACES.findall(problem.zh) if how in ("word", "a")}
        order = [name for name in _fields(problem) if name in words]
        by_name.setdefault(problem.__name__, set()).update(order)
    passed: set[str] = set()
    places = {each.__name__: list(_fields(each)) for each in EVERY}
    for source in sources():
        for node in source.nodes:
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            named = [(n, a) for n, a in zip(places.get(node.func.id, []), node.args, strict=False)]
            found = [a for n, a in named if n in by_name.get(node.func.id, ())]
            found += node.args[:1] if node.func.id == "thing" else []
            passed |= {a.value for a in found if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    assert passed >= {"metric", "field", "dataset"}
    assert passed <= set(WORDS)


def test_a_thing_and_names_in_a_sentence() -> None:
    class Toy(Problem):
        zh = "{who}没有{name:name}[，有{more:either}]。"
        en = "{who} has no {name:name}[ but {more:either}]."
        who = thing("metric", "aov")
        name = "city"
        more: ClassVar[tuple[str, ...]] = ("a", "b")

    labels = {"city": "城市", "a": "甲"}
    assert Toy().sentence("zh") == "指标“aov”没有“city”，有a或b。"
    assert Toy().sentence("zh", labels.get) == "指标“aov”没有城市，有甲或b。"
    assert Toy().sentence("en") == "metric 'aov' has no 'city' but a or b."
    assert Toy().sentence("en", labels.get) == "Metric 'aov' has no 城市 but 甲 or b."
