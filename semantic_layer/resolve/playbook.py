"""What to do, resolved: the plays that the model has for a group, how large the group is and what such plays did."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import Bilingual, Play, PlaybookDefinition
from semantic_layer.model.list_conditions import members
from semantic_layer.query.loop_problems import NoPlaybook
from semantic_layer.query.problems import UnknownName
from semantic_layer.query.requests import FieldFilter, Filter, MetricQuery, PlaybookQuery
from semantic_layer.query.result import AS_USUAL, Column, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import told
from semantic_layer.resolve.metrics import resolve_known
from semantic_layer.resolve.names import unknown_in
from semantic_layer.resolve.resolved import ResolvedPlay, ResolvedPlaybook
from semantic_layer.resolve.result_columns import metric_column
from semantic_layer.resolve.suggest import list_words, nearest_called

_WORDS = (
    ("action", "label", Label("做什么", "action")),
    ("channel", "channel", Label("渠道", "channel")),
    ("timing", "timing", Label("时机", "timing")),
    ("expected_effect", "effect", Label("预期效果", "expected effect")),
    ("source", "source", Label("依据", "source")),
    ("owner", "owner", Label("负责人", "owner")),
)


def resolve_playbook(query: PlaybookQuery, context: Context) -> ResolvedPlaybook:
    """What to do for a group, resolved. Raises QueryError with every problem."""
    context.problems.extend(_unknown(query, context))
    context.finish()
    found = [each for each in context.model.playbooks.values() if _fits(each, query)]
    if not found:
        subject = query.list or next((f.field for f in query.filters if isinstance(f, FieldFilter)), "")
        known = tuple(dict.fromkeys(each.list or _whom(each) for each in context.model.playbooks.values()))
        context.problems.append(NoPlaybook("list", subject, known))
        context.finish()
    plays = tuple(_play(book, each, query, context) for book in found for each in book.plays)
    return ResolvedPlaybook(
        plays=plays, columns=_columns(found, context), filters=told(query.filters, context.reader.policies), period=None
    )


def _unknown(query: PlaybookQuery, context: Context) -> Iterator[Problem]:
    if query.list and query.list not in context.model.lists:
        yield UnknownName("list", "list", query.list, nearest_called(query.list, list_words(context.model)))
    yield from unknown_in(query.filters, context, "filters")


def _fits(book: PlaybookDefinition, query: PlaybookQuery) -> bool:
    """Whether a playbook is for the group that is asked for: its list, or values of its own among the filters."""
    if query.list:
        return book.list == query.list
    asked = {(each.field, each.values) for each in query.filters if isinstance(each, FieldFilter)}
    own = {(name, codes) for name, codes in book.filter.items()}
    return not query.filters or (bool(own) and own <= asked)


def _whom(book: PlaybookDefinition) -> str:
    """What a playbook without a list goes by: the dimension whose values it is for."""
    return next(iter(book.filter), book.name)


def _play(book: PlaybookDefinition, play: Play, query: PlaybookQuery, context: Context) -> ResolvedPlay:
    model = context.model
    entity = model.entities[book.entity]
    whose: list[Filter] = [f for f in query.filters if not (isinstance(f, FieldFilter) and f.field in book.filter)]
    if book.list is not None:
        whose.append(members(model.lists[book.list], model, context.as_of, context.calendars))
    whose += [FieldFilter(field=name, op="in", values=codes) for name, codes in book.filter.items()]
    sizes = tuple(name for name in (entity.counted_by, book.value) if name is not None)
    group = resolve_known(MetricQuery(metrics=sizes, filters=tuple(whose)), context)
    tried = None
    if play.tried is not None:
        rows = tuple(FieldFilter(field=name, op="in", values=codes) for name, codes in play.tried.filter.items())
        tried = resolve_known(MetricQuery(metrics=(play.tried.metric,), filters=rows), context)
    words = tuple((column, _text(play, key).en) for column, key, _ in _WORDS)
    return ResolvedPlay((("playbook", book.name), *words), group, tried)


def _text(play: Play, key: str) -> Bilingual:
    found = getattr(play, key)
    assert isinstance(found, Bilingual), "the words of a play"
    return found


def _columns(books: list[PlaybookDefinition], context: Context) -> tuple[Column, ...]:
    """Words are told in English, and labelled in both languages."""
    named = tuple((each.name, Label(each.label.zh, each.label.en)) for each in books)
    columns = [Column("playbook", "dimension", "text", Label("预案", "playbook"), value_labels=named)]
    plays = [play for book in books for play in book.plays]
    for column, key, label in _WORDS:
        texts = [_text(play, key) for play in plays]
        words = tuple(dict.fromkeys((each.en, Label(each.zh, each.en)) for each in texts))
        columns.append(Column(column, "dimension", "text", label, value_labels=words))
    model = context.model
    first = books[0]
    counted = model.entities[first.entity].counted_by
    worth = metric_column(model, model.metrics[first.value]) if first.value is not None else None
    members_label = metric_column(model, model.metrics[counted]).label if counted is not None else Label("人数", "size")
    columns.append(Column("members", "metric", "integer", members_label, unit="count"))
    unit, how = (None, AS_USUAL) if worth is None else (worth.unit, worth.format)
    columns.append(Column("value", "metric", "number", Label("群体价值", "value of the group"), unit=unit, format=how))
    tried = next((model.metrics[play.tried.metric] for play in plays if play.tried is not None), None)
    name = Label("以往同类活动", "own campaigns of this kind")
    label = name if tried is None else Label(f"{name.zh}的{tried.label.zh}", f"{tried.label.en} of {name.en}")
    columns.append(Column("tried", "metric", "number", label, unit=None if tried is None else tried.unit))
    return tuple(columns)
