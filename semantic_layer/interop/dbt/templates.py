"""dbt's way of naming what to group or filter by, in texts: `listing__user__home_state`, `Dimension('…').grain('…')`,
and conditions with such calls between `{{` and `}}`. Calls are read as Python expressions and never run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from sqlglot import exp

from semantic_layer.errors import Phrase
from semantic_layer.interop.dbt.project import DATE_PARTS
from semantic_layer.sql.parsing import Unparsable, parse_expression

ItemKind = Literal["any", "dimension", "time", "entity", "metric"]
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%|\{#")
PLACE = "__item_"


_NO_CALL = Phrase("它不是 Dimension('order__status') 这样的调用", "it is no call such as Dimension('order__status')")
_NO_TEXTS = Phrase("它的参数不是普通文本", "its arguments are not plain texts")


class TemplateError(ValueError):
    """A text that is not written as dbt writes it, and why."""

    def __init__(self, reason: str | Phrase) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Item:
    """Something to group or filter by, as named. `links` are the entities on the way to it.

    `metric` and `metric_group_by` are set for a metric that filters entities by their own value of it.
    """

    name: str
    links: tuple[str, ...] = ()
    kind: ItemKind = "any"
    grain: str | None = None
    date_part: str | None = None
    metric_group_by: tuple[str, ...] = ()
    # another name for its output column; it means the same thing with or without
    alias: str | None = field(default=None, compare=False, repr=False)

    @property
    def path(self) -> str:
        """The name with its links, without the grain."""
        return "__".join((*self.links, self.name))

    @property
    def column(self) -> str:
        """The name of the output column."""
        if self.date_part is not None:
            return f"{self.path}__extract_{self.date_part}"
        return f"{self.path}__{self.grain}" if self.grain is not None else self.path


@dataclass(frozen=True)
class ItemOrder:
    """An item or metric to sort by."""

    item: Item
    descending: bool


@dataclass(frozen=True, eq=False)
class Condition:
    """A parsed filter: `tree` has a column `__item_N` for each of `items`; bare column names stay as they are."""

    tree: exp.Expr
    items: tuple[Item, ...]
    text: str


def item_of_name(text: str, grains: tuple[str, ...]) -> Item:
    """An item by its dundered name, in small letters; a last part that is a grain is its grain.

    >>> item_of_name("Listing__created_at__month", ("day", "month"))
    Item(name='created_at', links=('listing',), kind='any', grain='month', date_part=None, metric_group_by=())
    """
    parts = text.strip().lower().split("__")
    if not all(parts):
        raise TemplateError(Phrase("双下划线之间都要有名字", "a name has parts between its double underscores"))
    grain = date_part = None
    if len(parts) > 1 and parts[-1] in grains:
        grain = parts.pop()
    elif len(parts) > 1 and parts[-1].removeprefix("extract_") in DATE_PARTS and parts[-1].startswith("extract_"):
        date_part = parts.pop().removeprefix("extract_")
    return Item(parts[-1], tuple(parts[:-1]), grain=grain, date_part=date_part)


def item_of_call(text: str, grains: tuple[str, ...]) -> Item:
    """An item by dbt's call for it, or by its name. Raises TemplateError.

    >>> item_of_call("TimeDimension('metric_time', 'month')", ("day", "month")).column
    'metric_time__month'
    """
    return order_of_call(text, grains).item


def order_of_call(text: str, grains: tuple[str, ...]) -> ItemOrder:
    """An item to sort by: a call that may end in `.descending(True)`, or a name after a `-`. Raises TemplateError."""
    text = text.strip()
    if "(" not in text:
        return ItemOrder(item_of_name(text.removeprefix("-"), grains), text.startswith("-"))
    try:
        tree = ast.parse(text.removeprefix("-").strip(), mode="eval").body
    except SyntaxError as error:
        raise TemplateError(Phrase(f"{_NO_CALL.zh}：{error.msg}", f"{_NO_CALL.en}: {error.msg}")) from error
    found = _read_call(tree, grains)
    return replace(found, descending=True) if text.startswith("-") else found


@lru_cache(maxsize=2048)
def condition(template: str, grains: tuple[str, ...]) -> Condition:
    """A filter's template. Raises TemplateError."""
    if _STATEMENT.search(template):
        raise TemplateError(
            Phrase(
                "SQL 之间只读 {{ ... }}，不读 Jinja 的语句或注释",
                "only {{ ... }} is read between SQL, no statements or comments of Jinja",
            )
        )
    items: list[Item] = []

    def place(matched: re.Match[str]) -> str:
        items.append(item_of_call(matched[1], grains))
        return f"{PLACE}{len(items) - 1}"

    sql = _TEMPLATE.sub(place, template)
    if "{{" in sql or "}}" in sql:
        raise TemplateError(Phrase("花括号不成对", "its braces do not match"))
    parsed = parse_expression(sql)
    if isinstance(parsed, Unparsable):
        raise TemplateError(parsed.reason)
    return Condition(parsed.tree, tuple(items), template)


def _read_call(node: ast.expr, grains: tuple[str, ...]) -> ItemOrder:
    if not isinstance(node, ast.Call):
        raise TemplateError(_NO_CALL)
    if isinstance(node.func, ast.Attribute):
        return _modified(_read_call(node.func.value, grains), node.func.attr, node)
    if not isinstance(node.func, ast.Name):
        raise TemplateError(_NO_CALL)
    arguments = _arguments(node)
    match node.func.id:
        case "Dimension":
            item = _named(arguments, ("name", "entity_path"), grains)
            return ItemOrder(replace(item, kind="dimension"), descending=False)
        case "TimeDimension":
            names = ("time_dimension_name", "time_granularity_name", "entity_path", "descending", "date_part_name")
            return _time_item(arguments, names, grains)
        case "Entity":
            item = _named(arguments, ("entity_name", "entity_path"), grains)
            return ItemOrder(replace(item, kind="entity"), descending=False)
        case "Metric":
            return _metric_item(arguments)
    raise TemplateError(
        Phrase(
            f"没有“{node.func.id}”；有的是 Dimension、TimeDimension、Entity 和 Metric",
            f"there is no '{node.func.id}'; there are Dimension, TimeDimension, Entity and Metric",
        )
    )


Argument = str | bool | tuple[str, ...] | None


def _arguments(node: ast.Call) -> dict[str | int, Argument]:
    found: dict[str | int, Argument] = {index: _constant(each) for index, each in enumerate(node.args)}
    found |= {each.arg or "**": _constant(each.value) for each in node.keywords}
    return found


def _constant(node: ast.expr) -> Argument:
    try:
        value = ast.literal_eval(node)
    except ValueError as error:
        raise TemplateError(_NO_TEXTS) from error
    if isinstance(value, str | bool | None):
        return value
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise TemplateError(_NO_TEXTS)


def _by_name(arguments: dict[str | int, Argument], names: tuple[str, ...]) -> Iterator[tuple[str, Argument]]:
    for key, value in arguments.items():
        if isinstance(key, int) and key < len(names):
            yield names[key], value
        elif key in (*names, "name"):
            yield names[0] if key == "name" else str(key), value
        else:
            raise TemplateError(Phrase(f"它没有参数“{key}”", f"it takes no argument '{key}'"))


def _named(arguments: dict[str | int, Argument], names: tuple[str, ...], grains: tuple[str, ...]) -> Item:
    given = dict(_by_name(arguments, names))
    name = given.get(names[0])
    if not isinstance(name, str):
        raise TemplateError(Phrase("没有写名字", "it names nothing"))
    item = item_of_name(name, grains)
    path = given.get("entity_path")
    if isinstance(path, tuple):
        item = replace(item, links=(*(each.lower() for each in path), *item.links))
    return item


def _time_item(arguments: dict[str | int, Argument], names: tuple[str, ...], grains: tuple[str, ...]) -> ItemOrder:
    given = dict(_by_name(arguments, names))
    named: dict[str | int, Argument] = {k: v for k, v in given.items() if k in (names[0], "entity_path")}
    item = replace(_named(named, names, grains), kind="time")
    grain, date_part = given.get("time_granularity_name"), given.get("date_part_name")
    if isinstance(grain, str):
        item = replace(item, grain=grain.lower())
    if isinstance(date_part, str):
        item = replace(item, date_part=date_part.lower(), grain=None)
    return ItemOrder(item, given.get("descending") is True)


def _metric_item(arguments: dict[str | int, Argument]) -> ItemOrder:
    given = dict(_by_name(arguments, ("metric_name", "group_by", "descending")))
    name, groups = given.get("metric_name"), given.get("group_by")
    if not isinstance(name, str):
        raise TemplateError(Phrase("没有写指标", "it names no metric"))
    by = (groups,) if isinstance(groups, str) else groups if isinstance(groups, tuple) else ()
    item = Item(name.lower(), kind="metric", metric_group_by=tuple(each.lower() for each in by))
    return ItemOrder(item, given.get("descending") is True)


def _modified(found: ItemOrder, method: str, node: ast.Call) -> ItemOrder:
    arguments = [_constant(each) for each in (*node.args, *(each.value for each in node.keywords))]
    value = arguments[0] if arguments else None
    match method, value:
        case "grain", str():
            return replace(found, item=replace(found.item, grain=value.lower(), kind="time"))
        case "date_part", str():
            return replace(found, item=replace(found.item, date_part=value.lower(), grain=None, kind="time"))
        case "descending", bool() | None:
            return replace(found, descending=value is not False)
    raise TemplateError(Phrase(f"“.{method}(...)”在这里没有含义", f"'.{method}(...)' means nothing here"))
