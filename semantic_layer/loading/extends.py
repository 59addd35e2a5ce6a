"""A model that goes on from another: `extends` names it, and what stands in one's own files overrides or adds to it.

Works on plain values, before their shape is checked: an item that the other model has too becomes that item with one's
own keys laid over it (mappings key by key, the fields of a dataset name by name, synonyms added, all else as a whole).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from semantic_layer.errors import DefinitionProblem, nearest
from semantic_layer.loading.problems.files import NothingToLeaveOut
from semantic_layer.loading.shaped import SECTIONS
from semantic_layer.loading.unchecked import SourceFile
from semantic_layer.loading.yaml_text import YamlValue

Item: TypeAlias = tuple[int, str, int]  # a document, a section, a place in it
_Known: TypeAlias = dict[tuple[str, str], Item]
_SHIPPED = Path(__file__).parent.parent / "models"


@dataclass(frozen=True)
class Document:
    """What a file says. `depth` is 0 for one's own, 1 for the model that these extend, and so on."""

    source: SourceFile
    value: YamlValue
    depth: int = 0


def base_path(name: str, beside: Path) -> Path | None:
    """The model that `extends` names in a file of the folder `beside`: one that ships with the program, or a path."""
    if name.isidentifier() and (_SHIPPED / name).is_dir():
        return _SHIPPED / name
    found = beside / name
    return found if found.exists() else None


def base_name(value: YamlValue) -> str | None:
    """The model that a file extends."""
    found = value.get("extends") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def overlay(documents: list[Document]) -> tuple[Mapping[Item, Item | None], list[DefinitionProblem]]:
    """Lay items over those that they extend, in the values of the documents. What stands instead of each that does not
    count any more (None for nothing), and what is left out though it is not there."""
    gone: dict[Item, Item | None] = {}
    known: _Known = {}
    problems: list[DefinitionProblem] = []
    for depth in sorted({each.depth for each in documents}, reverse=True):
        own = [(index, each) for index, each in enumerate(documents) if each.depth == depth]
        for _, document in own:
            problems += _left_out(document, known, gone)
        found: _Known = {}
        for index, document in own:
            for section, place, item in _items(document.value):
                key = section, _identity(item)
                if key in known:
                    base = known[key]
                    gone[base] = index, section, place
                    _put(document.value, section, place, _laid_over(_item(documents, base), item))
                found[key] = (index, section, place)
        known |= found
    return gone, problems


def _left_out(document: Document, known: _Known, gone: dict[Item, Item | None]) -> Iterable[DefinitionProblem]:
    wanted = document.value.get("without") if isinstance(document.value, dict) else None
    for section, names in wanted.items() if isinstance(wanted, dict) else ():
        for name in names if isinstance(names, list) else [names]:
            if (base := known.pop((str(section), str(name)), None)) is not None:
                gone[base] = None
                continue
            near = nearest(str(name), [other for place, other in known if place == section])
            yield NothingToLeaveOut(document.source.where("without", section), str(section), str(name), near)


def _items(value: YamlValue) -> Iterable[tuple[str, int, Mapping[str | int, YamlValue]]]:
    for section in SECTIONS:
        items = value.get(section) if isinstance(value, dict) else None
        for place, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield section, place, item


def _identity(item: Mapping[str | int, YamlValue]) -> str:
    """What tells an item of a section apart: its name; of a relationship, from where it leads to where; of a rule, what
    it is about and says."""
    if "name" in item:
        return str(item["name"])
    if "show" in item:
        return f"{item.get('fields')} {item['show']}"
    return f"{item.get('from')} to {item.get('to')}"


def _item(documents: list[Document], place: Item) -> Mapping[str | int, YamlValue]:
    index, section, number = place
    found = documents[index].value[section][number]  # type: ignore[index, call-overload]
    return found if isinstance(found, dict) else MappingProxyType({})


def _put(value: YamlValue, section: str, place: int, item: YamlValue) -> None:
    value[section][place] = item  # type: ignore[index, call-overload]


def _laid_over(base: Mapping[str | int, YamlValue], own: Mapping[str | int, YamlValue]) -> dict[str | int, YamlValue]:
    found: dict[str | int, YamlValue] = {**base}
    for key, value in own.items():
        there = base.get(key)
        if key == "synonyms" and isinstance(value, dict) and isinstance(there, dict):
            found[key] = {**there, **{each: _added(there.get(each), words) for each, words in value.items()}}
        elif isinstance(value, dict) and isinstance(there, dict):
            found[key] = _laid_over(there, value)
        elif key == "fields" and isinstance(value, list) and isinstance(there, list):
            found[key] = _fields(there, value)
        else:
            found[key] = value
    return found


def _added(base: YamlValue, own: YamlValue) -> YamlValue:
    """Other words for a thing are added to those that it has."""
    both = [each if isinstance(each, list) else [each] for each in (base, own) if each is not None]
    return list(dict.fromkeys(str(word) for words in both for word in words))


def _fields(base: list[YamlValue], own: list[YamlValue]) -> list[YamlValue]:
    """One's own fields first, so that each stands where its file has it; then those that are only in the base."""
    there = {_identity(each): each for each in base if isinstance(each, dict)}
    mine = [_laid_over(there.pop(_identity(each), {}), each) if isinstance(each, dict) else each for each in own]
    return [*mine, *there.values()]
