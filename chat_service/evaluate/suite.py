"""A suite of questions with reference answers: the YAML file in, frozen cases out, or every mistake with its line.

An entry has `id`, `lang`, `category`, and either `q` with its check or `turns`, asked in order in one conversation.
Checks: `table` and `list` compare with the rows of `sql`; `refused`, `clarification` and `empty` with the answer's
status; `text` looks for `must_contain`. Other keys (`note`) are for people. Knows no database and no answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from semantic_layer import DefinitionProblem, HuitouError, Part, Phrase, YamlValue, nearest, problem, read_yaml

Check = Literal["table", "list", "refused", "clarification", "empty", "text"]
CHECKS: tuple[Check, ...] = get_args(Check)
Entry: TypeAlias = Mapping[str | int, YamlValue]
_CHECK_NAMES: dict[str, Check] = {check: check for check in CHECKS}
_CASE_KEYS = ("id", "lang", "category", "difficulty", "turns", "note")
_TURN_KEYS = ("q", "check", "sql", "columns", "ordered", "must_contain", "note")
_TODAY = re.compile(r"\$today\b")  # `ordered_at < $today + INTERVAL 1 DAY`


class SuiteError(HuitouError):
    """The suite's file is wrong: for whoever wrote it."""


@problem(
    "suite_missing",
    zh="这里没有问题集。请指定一个 YAML 文件。",
    en="There is no suite of questions here. Name a YAML file.",
)
class SuiteMissing(DefinitionProblem):
    """There is no file of that name."""


@problem(
    "suite_not_text",
    zh="问题集不是 UTF-8 文本。请存为这种编码。",
    en="The suite is not text in UTF-8. Save it in that encoding.",
)
class SuiteNotText(DefinitionProblem):
    """The file's bytes are not UTF-8."""


@problem(
    "suite_malformed",
    zh="“{part}”应该是{wanted}。",
    en="'{part}' should be {wanted}.",
)
class SuiteMalformed(DefinitionProblem):
    """A part of an entry is missing or is not what it should be. `part` names it."""

    part: str
    wanted: Phrase


@problem(
    "suite_key_unknown",
    zh="“{key}”在这里没有含义。{nearest:offer}",
    en="'{key}' has no meaning here.{nearest:offer}",
)
class SuiteKeyUnknown(DefinitionProblem):
    """A key that is one slip of the hand away from a key with a meaning."""

    key: str
    nearest: tuple[str, ...]


@problem(
    "suite_id_twice",
    zh="编号“{id}”用了两次。请给每个问题自己的编号。",
    en="The id '{id}' is used twice. Give each question its own.",
)
class SuiteIdTwice(DefinitionProblem):
    """Two entries carry the same id, so a report could not tell them apart."""

    id: str


@problem(
    "nothing_selected",
    zh="问题集里没有符合所选编号、类别和语言的问题。",
    en="No question of the suite is of the ids, categories and languages asked for.",
)
class NothingSelected(DefinitionProblem):
    """The suite has no question of the ids, categories and languages asked for."""


@dataclass(frozen=True)
class Turn:
    """One question and what its answer must be. `where` is `file:line` of the question."""

    question: str
    check: Check
    where: str
    sql: str | None = None
    ordered: bool = False
    must_contain: tuple[tuple[str, ...], ...] = ()

    def reference_sql(self, today: date) -> str:
        """The reference statement with `$today` written as a DATE literal."""
        assert self.sql is not None, "only tables and lists have reference SQL"
        return _TODAY.sub(f"DATE '{today.isoformat()}'", self.sql)


@dataclass(frozen=True)
class Case:
    """A question, or a dialogue of several turns in one conversation."""

    id: str
    language: str
    category: str
    turns: tuple[Turn, ...]


def load_suite(path: Path) -> tuple[Case, ...]:
    """The cases of a suite file in order. Raises SuiteError with every mistake, each with file and line."""
    if not path.is_file():
        raise SuiteError(SuiteMissing(str(path)))
    try:
        read = read_yaml(path.read_text(encoding="utf-8"), str(path), with_lines=True)
    except UnicodeDecodeError as error:
        raise SuiteError(SuiteNotText(str(path))) from error
    if read.problems:
        raise SuiteError(*read.problems)
    reader = _Reader(str(path), read.lines)
    cases = reader.cases(read.value)
    if reader.problems:
        raise SuiteError(*reader.problems)
    return cases


class _Reader:
    """Reads entries one by one and keeps every problem met on the way. A part's path says where it stands."""

    def __init__(self, file: str, lines: Mapping[Part, int]) -> None:
        self._file = file
        self._lines = lines
        self.problems: list[DefinitionProblem] = []

    def cases(self, entries: YamlValue) -> tuple[Case, ...]:
        if not isinstance(entries, list) or not entries:
            self._malformed((), "suite", "问题的列表", "a list of questions")
            return ()
        found: dict[str, Case] = {}
        for index, entry in enumerate(entries):
            case = self._case(entry, (index,))
            if case is not None and case.id in found:
                self.problems.append(SuiteIdTwice(self._where((index,)), case.id))
            elif case is not None:
                found[case.id] = case
        return tuple(found.values())

    def _case(self, entry: YamlValue, at: Part) -> Case | None:
        if not isinstance(entry, dict):
            self._malformed(
                at,
                "entry",
                "带有“id”“lang”“category”以及“q”或“turns”的映射",
                "a mapping with 'id', 'lang', 'category' and 'q' or 'turns'",
            )
            return None
        before = len(self.problems)
        id_ = self._text(entry, "id", at)
        language = self._text(entry, "lang", at)
        category = self._text(entry, "category", at)
        if "turns" in entry:
            self._check_keys(entry, _CASE_KEYS, at)
            turns = tuple(self._turns(entry["turns"], (*at, "turns")))
        else:
            self._check_keys(entry, (*_CASE_KEYS, *_TURN_KEYS), at)
            turn = self._turn(entry, at)
            turns = (turn,) if turn is not None else ()
        return Case(id_, language, category, turns) if len(self.problems) == before else None

    def _turns(self, turns: YamlValue, at: Part) -> Iterator[Turn]:
        if not isinstance(turns, list) or not turns:
            self._malformed(at, "turns", "依次提问的列表", "a list of questions asked in order")
            return
        for index, part in enumerate(turns):
            here = (*at, index)
            if not isinstance(part, dict):
                self._malformed(here, f"turns[{index}]", "带有“q”和“check”的映射", "a mapping with 'q' and 'check'")
                continue
            self._check_keys(part, _TURN_KEYS, here)
            turn = self._turn(part, here)
            if turn is not None:
                yield turn

    def _turn(self, entry: Entry, at: Part) -> Turn | None:
        before = len(self.problems)
        question = self._text(entry, "q", at)
        check = _CHECK_NAMES.get(str(entry.get("check")))
        if check is None:
            self._malformed((*at, "check"), "check", f"其中之一：{'、'.join(CHECKS)}", f"one of {', '.join(CHECKS)}")
        sql = self._text(entry, "sql", at) if check in ("table", "list") else None
        ordered = entry.get("ordered", False)
        if not isinstance(ordered, bool):
            self._malformed((*at, "ordered"), "ordered", "true 或 false", "true or false")
        must_contain = self._must_contain(entry.get("must_contain"), at) if check == "text" else ()
        if len(self.problems) > before or check is None:
            return None
        return Turn(question, check, self._where((*at, "q")), sql, bool(ordered), must_contain)

    def _must_contain(self, groups: YamlValue, at: Part) -> tuple[tuple[str, ...], ...]:
        if isinstance(groups, list) and groups:
            words = [tuple(map(str, group)) for group in groups if isinstance(group, list) and group]
            if len(words) == len(groups):
                return tuple(words)
        self._malformed((*at, "must_contain"), "must_contain", "词的列表的列表", "a list of lists of words")
        return ()

    def _text(self, entry: Entry, key: str, at: Part) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            self._malformed((*at, key), key, "非空的文本", "a text that is not empty")
            return ""
        return value

    def _check_keys(self, entry: Entry, known: tuple[str, ...], at: Part) -> None:
        for key in entry:
            near = () if key in known else nearest(str(key), known, limit=1)
            if near:
                self.problems.append(SuiteKeyUnknown(self._where((*at, key)), str(key), near))

    def _malformed(self, at: Part, part: str, zh: str, en: str) -> None:
        self.problems.append(SuiteMalformed(self._where(at), part, Phrase(zh, en)))

    def _where(self, at: Part) -> str:
        """`file:line` of a part, or of what it is missing from."""
        while at and at not in self._lines:
            at = at[:-1]
        return f"{self._file}:{self._lines.get(at, 1)}"
