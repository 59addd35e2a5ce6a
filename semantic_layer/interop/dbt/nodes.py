"""Values of YAML or JSON that know where they stand: what the readers of both dbt forms walk over.

A mistake in a value goes to the node's list of problems and reads as absent, so that one pass finds them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.interop.dbt.problems import BadValue, UnknownKey
from semantic_layer.loading.yaml_text import Part, YamlValue

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True)
class Document:
    """One YAML document or JSON file. `lines` is empty for JSON; `is_compiled` says that dbt has made it."""

    file: str
    lines: dict[Part, int]
    problems: list[DefinitionProblem]
    is_compiled: bool = False

    def where(self, part: Part) -> str:
        """`file:line` of a part, or the nearest thing around it that has a line."""
        while part and part not in self.lines:
            part = part[:-1]
        return f"{self.file}:{self.lines[part]}" if part in self.lines else self.file


@dataclass(frozen=True)
class Node:
    """A value at its place. Reading a missing key gives a node of None."""

    value: YamlValue
    document: Document
    part: Part = ()
    # the place that a compiled manifest tells of itself
    told: str | None = None

    @property
    def where(self) -> str:
        return self.told or self.document.where(self.part)

    @property
    def is_absent(self) -> bool:
        return self.value is None

    def __getitem__(self, key: str) -> Node:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, self.document, (*self.part, key), self.told)

    def has(self, key: str) -> bool:
        """Whether the key is there, even with nothing under it."""
        return isinstance(self.value, dict) and key in self.value

    def items(self) -> Iterator[Node]:
        """The items of a list; nothing where there is none."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.refuse("应该是列表", "should be a list")
            return
        for index, each in enumerate(self.value):
            yield Node(each, self.document, (*self.part, index), self.told)

    def as_list(self) -> Iterator[Node]:
        """The items of a list, or the one value that stands in place of a list."""
        if isinstance(self.value, list):
            yield from self.items()
        elif self.value is not None:
            yield self

    def placed(self) -> Node:
        """The node with the place that its own metadata names, if any."""
        metadata = self["metadata"]
        path = metadata["repo_file_path"].value
        line = metadata["file_slice"]["start_line_number"].value
        if not isinstance(path, str):
            return self
        told = f"{path}:{line}" if isinstance(line, int) else path
        return Node(self.value, self.document, self.part, told)

    def text(self, key: str, default: str = "") -> str:
        """A text; numbers and truth values read as they are written in SQL."""
        found = self[key]
        match found.value:
            case None:
                return default
            case bool():
                return "TRUE" if found.value else "FALSE"
            case str() | int() | float():
                return str(found.value)
        found.refuse("应该是文本", "should be a text")
        return default

    def name(self) -> str:
        """The object's name, in small letters as dbt compares names."""
        found = self.text("name").lower()
        if not found:
            self["name"].refuse("缺失", "is missing")
        return found

    def flag(self, key: str) -> bool:
        """True or false; false where it is absent."""
        found = self[key]
        if isinstance(found.value, bool) or found.value is None:
            return bool(found.value)
        found.refuse("应该是 true 或 false", "should be true or false")
        return False

    def number(self, key: str) -> float | None:
        """A number, whole where it is."""
        found = self[key]
        if isinstance(found.value, bool) or not isinstance(found.value, int | float | None):
            found.refuse("应该是数字", "should be a number")
            return None
        return found.value

    def word(self, key: str, choices: tuple[Word, ...], default: Word | None = None) -> Word | None:
        """One of a closed set of words, whatever its case."""
        found = self[key]
        if found.value is None and default is not None:
            return default
        wanted = str(found.value).lower() if found.value is not None else ""
        for choice in choices:
            if choice == wanted:
                return choice
        wrong = ("缺失", "is missing") if found.value is None else (f"是“{found.value}”", f"is '{found.value}'")
        found.refuse(
            f"{wrong[0]}；应该是 {'、'.join(choices)} 之一", f"{wrong[1]}; it should be one of {', '.join(choices)}"
        )
        return None

    def refuse(self, zh: str, en: str) -> None:
        """Note that this value is wrong."""
        key = next((str(each) for each in reversed(self.part) if isinstance(each, str)), self.document.file)
        self.document.problems.append(BadValue(self.where, key, Phrase(zh, en)))

    def only(self, keys: Collection[str], owner: str) -> None:
        """Note every key that is not one of these; compiled manifests may hold more."""
        if self.document.is_compiled or not isinstance(self.value, dict):
            return
        for key in self.value:
            if str(key) not in keys:
                place = self.document.where((*self.part, key))
                self.document.problems.append(UnknownKey(place, str(key), owner, nearest(str(key), keys)))
