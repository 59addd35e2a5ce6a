"""The text of a YAML file to plain values, and the line on which each of them stands.

YAML 1.2 as its core schema has it, so `on`, `no` and `2026-06-30` are text. Read from libyaml's events (PyYAML's C
parser: ten times faster than the pure Python ones), without recursion, so no text can exhaust the stack. Anchors and
aliases work; tags other than the core ones, several documents and repeated keys are problems. Knows nothing of models.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from semantic_layer.errors import DefinitionProblem, Phrase
from semantic_layer.loading.problems.files import DuplicateKey, TabIndentation, YamlSyntax

Part: TypeAlias = tuple[str | int, ...]
YamlValue: TypeAlias = bool | int | float | str | list["YamlValue"] | dict[str | int, "YamlValue"] | None

_LOADER: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_MAX_DEPTH = 50
_MAX_NODES = 2_000_000
_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_CORE_NAMES = ("int", "float", "bool", "null", "map", "seq")
_CORE_TAGS = _TEXT_TAGS | frozenset(f"tag:yaml.org,2002:{name}" for name in _CORE_NAMES)


@dataclass(frozen=True)
class YamlText:
    """What a file says (None when it is empty), what is wrong with its form, and the lines of its parts.

    `lines` maps the path of each key and item to its line, counted from 1; it is empty unless asked for.
    """

    value: YamlValue
    problems: tuple[DefinitionProblem, ...]
    lines: dict[Part, int]


def read_yaml(text: str, file: str, with_lines: bool = False) -> YamlText:
    """The one document of `text`. Problems name `file`; with a syntax problem, `value` is what came before it."""
    composer = _Composer(file, with_lines)
    try:
        loader = _LOADER(text)
        while loader.check_event():
            event = loader.get_event()
            assert isinstance(event, yaml.Event), "there is one, as just checked"
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        composer.problems.append(_syntax_problem(error, text, file))
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        code = f"U+{int(error.character):04X}"
        reason = Phrase(
            f"其中有字符 {code}，YAML 文件里不能有", f"it contains the character {code}, which no YAML file may hold"
        )
        composer.problems.append(YamlSyntax(f"{file}:{line}", reason))
    except _RefusedError as refused:
        composer.problems.append(YamlSyntax(f"{file}:{refused.line}", refused.reason))
    return YamlText(composer.root, tuple(composer.problems), composer.lines)


def scalar(text: str) -> bool | int | float | str | None:
    """What a plain (unquoted) word means in YAML 1.2.

    >>> [scalar(word) for word in ("12", "1.5", "true", "on", "18_24", "~")]
    [12, 1.5, True, 'on', '18_24', None]
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> DefinitionProblem:
    lines = [*text.split("\n"), ""]
    number = error.problem_mark.line if error.problem_mark is not None else 0
    if error.context_mark is not None and not "".join(lines[number:]).strip():
        number = error.context_mark.line  # at the end of the file: what was opened and not closed is worth more
    line = lines[min(number, len(lines) - 1)]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return TabIndentation(f"{file}:{number + 1}")
    hint = _hint(error.problem or "", lines[max(number - 1, 0)] + line)
    reason = error.problem or Phrase("读不出来", "it cannot be read")
    return YamlSyntax(f"{file}:{number + 1}", reason, line.strip()[:60], hint)


def _hint(reason: str, lines: str) -> Phrase | None:
    """What most often brings about such an error."""
    if "\uff1a" in lines:  # a full-width colon
        return Phrase("键后面应该是“:”，不是“\uff1a”", "after a key stands ':', not '\uff1a'")
    if "',' or" in reason:
        return Phrase(
            "花括号里的文本若含逗号或冒号，要加引号", "within braces, put a text with commas or colons in quotes"
        )
    if "cannot start any token" in reason or "mapping values" in reason:
        return Phrase("含特殊字符的文本要加引号", "put a text with special characters in quotes")
    return None


class _RefusedError(Exception):
    """Well-formed YAML that a model may not use: reading stops here."""

    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.line, self.reason = line, Phrase(zh, en)


@dataclass
class _Open:
    """A mapping or sequence whose end has not come. `key` waits for its value; `nodes` counts for aliases."""

    value: list[YamlValue] | dict[str | int, YamlValue]
    part: Part
    anchor: str | None
    nodes: int = 1
    key: str | int | None = None
    key_line: int = 0
    key_lines: dict[str | int, int] = field(default_factory=dict)


class _Composer:
    """Builds values from events. One document, one use."""

    def __init__(self, file: str, with_lines: bool) -> None:
        self.root: YamlValue = None
        self.problems: list[DefinitionProblem] = []
        self.lines: dict[Part, int] = {}
        self._file = file
        self._with_lines = with_lines
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[YamlValue, int]] = {}
        self._documents = 0
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """One more event. Raises _RefusedError."""
        assert event.start_mark is not None, "the parser marks its events"
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                self._check_tag(event.tag, line)
            is_text = event.style or event.tag in _TEXT_TAGS
            self._put(event.value if is_text else scalar(event.value), line, 1, event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag is not None:
                self._check_tag(event.tag, line)
            self._start({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _RefusedError(
                    line,
                    f"“*{event.anchor}”前面没有它所指的；以“*”开头的文本要加引号",
                    f"'*{event.anchor}' refers to nothing before it; a text that begins with '*' needs quotes",
                )
            value, nodes = self._anchors[event.anchor]
            self._put(value, line, nodes, None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _RefusedError(
                    line,
                    "“---”开始了第二个文档，而一个文件只能有一个",
                    "'---' begins a second document, and a file holds one",
                )

    def _check_tag(self, tag: str, line: int) -> None:
        if tag not in _CORE_TAGS:
            raise _RefusedError(line, f"标签“{tag}”在这里没有含义", f"the tag '{tag}' means nothing here")

    def _start(self, value: list[YamlValue] | dict[str | int, YamlValue], anchor: str | None, line: int) -> None:
        if len(self._open) >= _MAX_DEPTH:
            raise _RefusedError(line, f"嵌套超过 {_MAX_DEPTH} 层", f"it is nested more than {_MAX_DEPTH} levels deep")
        part = self._part()
        self._put(value, line, 1, None)
        self._open.append(_Open(value, part, anchor))

    def _end(self) -> None:
        closed = self._open.pop()
        if closed.anchor is not None:
            self._anchors[closed.anchor] = (closed.value, closed.nodes)
        if self._open:
            self._open[-1].nodes += closed.nodes

    def _part(self) -> Part:
        """The path of the value that comes next; () where nobody asks for lines."""
        if not self._with_lines or not self._open:
            return ()
        top = self._open[-1]
        step = len(top.value) if isinstance(top.value, list) else top.key
        return top.part if step is None else (*top.part, step)

    def _put(self, value: YamlValue, line: int, nodes: int, anchor: str | None) -> None:
        self._nodes += nodes
        if self._nodes > _MAX_NODES:
            raise _RefusedError(
                line,
                f"别名展开后超过 {_MAX_NODES} 个值",
                f"with its aliases written out it holds more than {_MAX_NODES} values",
            )
        if anchor is not None:
            self._anchors[anchor] = (value, nodes)
        if not self._open:
            self.root = value
            return
        top = self._open[-1]
        top.nodes += nodes
        if isinstance(top.value, list):
            if self._with_lines:
                self.lines[self._part()] = line
            top.value.append(value)
        elif top.key is None:
            self._key(top, value, line)
        else:
            if self._with_lines:
                self.lines.setdefault(self._part(), top.key_line)
            if top.key not in top.value:
                top.value[top.key] = value
            top.key = None

    def _key(self, top: _Open, value: YamlValue, line: int) -> None:
        if isinstance(value, list | dict):
            raise _RefusedError(
                line, "应该是键的地方出现了列表或映射", "a list or mapping stands where a key should be"
            )
        key = value if isinstance(value, str | int) else "null" if value is None else str(value)
        first = top.key_lines.get(key)
        if first is not None:
            self.problems.append(DuplicateKey(f"{self._file}:{line}", str(key), first))
        top.key_lines.setdefault(key, line)
        top.key, top.key_line = key, line
