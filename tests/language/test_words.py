"""The words of the languages: one format, closed classes, nothing that carries meaning among what may vanish."""

from __future__ import annotations

import pytest

from chat_service.language.folding import fold
from chat_service.language.words.tables import languages, roles, tables, word_set

# roles whose words say something wherever they stand
_MEANINGFUL = ("negation", "exclusion", "only", "rank", "statistic", "inclusion", "cumulative")
_MOST_FUNCTION_WORDS = 450


@pytest.mark.parametrize("language", languages())
def test_every_file_is_one_vocabulary(language: str) -> None:
    assert set(tables(language)) <= frozenset().union(*roles().values())
    assert tables(language)["function"]


@pytest.mark.parametrize("language", languages())
def test_a_phrase_stands_once_and_as_folded_text_has_it(language: str) -> None:
    for role, meanings in tables(language).items():
        for meaning, phrases in meanings.items():
            held = tuple(dict.fromkeys(fold(phrase).text for phrase in phrases if phrase.strip()))
            assert phrases == held, f"{role}.{meaning}"


@pytest.mark.parametrize("language", languages())
def test_function_words_are_a_closed_class(language: str) -> None:
    words = [word for phrases in tables(language)["function"].values() for word in phrases]
    assert len(words) == len(set(words)), "a function word has one function"
    assert len(words) <= _MOST_FUNCTION_WORDS


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("role", _MEANINGFUL)
def test_no_function_word_carries_meaning(language: str, role: str) -> None:
    silent = (*tables(language)["function"].values(), *tables(language)["phrase"].values())
    function = {word for phrases in silent for word in phrases}
    meaningful = {word for phrases in tables(language).get(role, {}).values() for word in phrases}
    # particles of English that a negation or a mark of "only" is made of stand under both, read by their neighbours
    assert function & meaningful <= {"just", "exactly", "precisely", "off", "for"}, function & meaningful


@pytest.mark.parametrize(
    "text", ["主要 平时 实际 级别的 包括 贡献 之后 都 所有", "together team including its that every all"]
)
def test_content_is_no_function_word(text: str) -> None:
    function = {word for language in languages() for words in tables(language)["function"].values() for word in words}
    assert not function & set(text.split())


@pytest.mark.parametrize("language", languages())
def test_phrases_of_several_concepts_are_declared(language: str) -> None:
    found: dict[str, list[str]] = {}
    for role in ("deed", "thing"):
        for concept, phrases in tables(language)[role].items():
            for phrase in phrases:
                found.setdefault(phrase, []).append(f"{role}.{concept}")
    clashing = {phrase: tuple(concepts) for phrase, concepts in found.items() if len(concepts) > 1}
    assert clashing == dict(tables(language)["shared"])


def test_the_languages_have_the_same_concepts() -> None:
    first, *others = ({role: set(tables(language)[role]) for role in ("deed", "thing")} for language in languages())
    assert all(other == first for other in others)


def test_words_asked_for_by_name() -> None:
    assert "people" in word_set("plural")
    with pytest.raises(AssertionError):
        word_set("no_such_set")
