"""Suite files: what is read from them, and every mistake with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chat_service.evaluate.suite import SuiteError, load_suite
from semantic_layer.errors import DefinitionProblem

GOOD = """
- id: a-1
  lang: zh
  category: value
  q: 上个月销售额
  check: table
  sql: SELECT 1 FROM orders WHERE ordered_at < $today + INTERVAL 1 DAY
  ordered: true
- id: a-2
  lang: en
  category: refuse
  turns:
    - {q: weather tomorrow, check: refused}
    - {q: what is churn, check: text, must_contain: [["90"], [days, 天]]}
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _problems(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(SuiteError) as caught:
        load_suite(path)
    found = [problem for problem in caught.value.problems if isinstance(problem, DefinitionProblem)]
    return [(problem.code, problem.where.removeprefix(str(path))) for problem in found]


def test_cases_and_turns(tmp_path: Path) -> None:
    first, second = load_suite(_write(tmp_path, GOOD))
    assert (first.id, first.language, first.category) == ("a-1", "zh", "value")
    assert first.turns[0].ordered
    assert first.turns[0].where.endswith("suite.yaml:5")
    assert [turn.check for turn in second.turns] == ["refused", "text"]
    assert second.turns[1].must_contain == (("90",), ("days", "天"))


def test_today_is_written_as_a_date_literal(tmp_path: Path) -> None:
    turn = load_suite(_write(tmp_path, GOOD))[0].turns[0]
    assert "ordered_at < DATE '2026-06-30' + INTERVAL" in turn.reference_sql(date(2026, 6, 30))


def test_every_mistake_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
- id: a
  lang: zh
  category: value
  q: ""
  check: tabel
- id: b
  lang: en
  category: value
  q: revenue
  check: table
  orderd: true
- {id: c, lang: en, category: value, q: nps, check: text, must_contain: nine}
- just text
- {id: d, lang: en, category: value, turns: []}
- {id: e, lang: en, category: refuse, q: weather, check: refused, ordered: perhaps}
- {id: f, lang: en, category: refuse, q: weather, check: refused}
- {id: f, lang: en, category: refuse, q: jokes, check: refused}
"""
    assert _problems(_write(tmp_path, text)) == [
        ("suite_malformed", ":4"),
        ("suite_malformed", ":5"),
        ("suite_key_unknown", ":11"),
        ("suite_malformed", ":6"),
        ("suite_malformed", ":12"),
        ("suite_malformed", ":13"),
        ("suite_malformed", ":14"),
        ("suite_malformed", ":15"),
        ("suite_id_twice", ":17"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ("suite_malformed", ":1")),
        ("id: a", ("suite_malformed", ":1")),
        ("- id: a\n  lang: ]\n", ("yaml_syntax", ":2")),
        ("- {id: a, id: b}", ("duplicate_key", ":1")),
    ],
)
def test_a_file_that_is_no_suite(tmp_path: Path, text: str, problem: tuple[str, str]) -> None:
    assert _problems(_write(tmp_path, text)) == [problem]


def test_a_file_that_is_missing_or_binary(tmp_path: Path) -> None:
    assert _problems(tmp_path / "none.yaml") == [("suite_missing", "")]
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    assert _problems(binary) == [("suite_not_text", "")]


def test_the_development_questions_load(shared_folder: Path) -> None:
    cases = load_suite(shared_folder / "questions" / "dev.yaml")
    assert len({case.id for case in cases}) == len(cases) > 100
