"""Every mistake of an analyst: its code, its line, and nothing else beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from semantic_layer.errors import DefinitionProblem, DefinitionsError
from semantic_layer.loading.load import load_model

HERE = Path(__file__).parent


class Mistake(NamedTuple):
    """A text to be read beside shop.yaml, and the problems that it makes."""

    text: str
    finds: list[str]
    finds_in_shop: list[str]


def mistakes() -> list[Mistake]:
    """The cases of mistakes.yaml."""
    cases = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))
    return [Mistake(each["text"], each["finds"], each.get("finds_in_shop", [])) for each in cases]


def problems_of(path: Path) -> list[DefinitionProblem]:
    """The problems of a model that has some."""
    with pytest.raises(DefinitionsError) as caught:
        load_model(path)
    problems = [each for each in caught.value.problems if isinstance(each, DefinitionProblem)]
    assert len(problems) == len(caught.value.problems), "files have problems of definition only"
    return problems


def line_and_code(problem: DefinitionProblem) -> str:
    """`14 unknown_metric`."""
    return f"{problem.where.rpartition(':')[2]} {problem.code}"


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.finds[0].replace(" ", ":"))
def test_each_mistake_alone(mistake: Mistake, tmp_path: Path) -> None:
    shutil.copy(HERE / "shop.yaml", tmp_path / "a_shop.yaml")
    (tmp_path / "b_added.yaml").write_text(mistake.text, encoding="utf-8")
    problems = problems_of(tmp_path)
    added = [each for each in problems if "b_added.yaml" in each.where]
    assert [line_and_code(each) for each in added] == mistake.finds, "\n".join(map(str, problems))
    assert [each.code for each in problems if each not in added] == mistake.finds_in_shop


def test_ten_mistakes_at_once() -> None:
    problems = problems_of(HERE / "ten_mistakes.yaml")
    assert [line_and_code(each) for each in problems] == [
        "6 unknown_field",
        "10 wrong_choice",
        "15 bad_expression",
        "19 unknown_key",
        "21 unknown_metric",
        "24 mixed_grains",
        "26 metric_refers_to_itself",
        "27 duplicate_name",
        "32 unknown_parameter",
        "33 reserved_name",
    ]


def test_the_sentence_quotes_and_offers() -> None:
    by_code = {each.code: str(each) for each in problems_of(HERE / "ten_mistakes.yaml")}
    for code, words in {
        "unknown_metric": ("ten_mistakes.yaml:21: ", "'order_cuont'", "'order_count'"),
        "unknown_field": ("ten_mistakes.yaml:6: ", "'orderd_at'", "'ordered_at'"),
        "wrong_choice": ("ten_mistakes.yaml:10: ", "'nummer'", "'number'"),
        "unknown_key": ("ten_mistakes.yaml:19: ", "'sinonyms'", "'synonyms'"),
    }.items():
        for word in words:
            assert word in by_code[code]


def test_what_stands_on_something_broken_is_not_reported_again(tmp_path: Path) -> None:
    shutil.copy(HERE / "shop.yaml", tmp_path / "a_shop.yaml")
    (tmp_path / "b_more.yaml").write_text(
        "metrics:\n  - {name: m, dataset: visits, expression: sum(visits.length)}\n  - {name: n, expression: m + o}\n"
        "entities:\n  - {name: visit, dataset: visits, key: visit_id, label: {zh: 访, en: visit}, counted_by: o}\n",
        encoding="utf-8",
    )
    (tmp_path / "c_broken.yaml").write_text("datasets:\n  - {name: visits\n", encoding="utf-8")
    assert [each.code for each in problems_of(tmp_path)] == ["yaml_syntax"]


def test_a_relationship_without_keys_lists_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("relationships: [{from: a, too: b}]\n", encoding="utf-8")
    assert sorted(each.code for each in problems_of(tmp_path)) == ["missing_key", "missing_key", "unknown_key"]
