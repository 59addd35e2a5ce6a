"""What people were at a past instant: of a state that the model keeps versions of, the version held then.

金卡会员 at the end of 2025 are those who held the tier then; asked without a time, those who hold it now. A metric
whose rows are versions (who held what) counts by the version at any time: the upgrade rate of 金卡 is of who began so.
"""

from __future__ import annotations

from datetime import date

from chat_service.language.grammar.rule import Edge
from chat_service.translate.grammar.categories import Held
from chat_service.translate.meaning.relations import versions
from chat_service.translate.requests.assembly import Assembly, value_filter
from chat_service.translate.requests.draft import Draft
from chat_service.translate.requests.timing import period_of
from semantic_layer import GRAINS, FieldFilter, Filter, MetricFilter, Model, Period


def held_then(draft: Draft, assembly: Assembly, today: date) -> None:
    """Put the versions in the place of today's values: of stocks at a past instant, of what counts versions."""
    model = assembly.model
    twins = versions(model)
    if draft.metrics and all(_counts(name, model) & set(twins.values()) for name in draft.metrics):
        _told(draft, assembly, {n: twin for n, twin in twins.items() if twin in _counts(draft.metrics[0], model)})
        return
    past = draft.period is not None and draft.period.end is not None and draft.period.end <= today
    stocks = all(model.metrics[name].is_stock for name in draft.metrics)
    moved = draft.compare is not None and draft.compare.to != "period"  # 截至上月底比去年底多多少: two past instants
    along = any(name in GRAINS for name in draft.group_by) or moved
    if not past or not stocks or along:
        return
    _told(draft, assembly, twins)


def held_filter(item: Edge, held: Held, asked: Period | None, assembly: Assembly) -> MetricFilter:
    """Who held gold at the end of 2025: those of whom the model has that version then, whatever they are today."""
    model, twins, today = assembly.model, versions(assembly.model), assembly.scope.today
    period = asked if held.when is None else period_of(held.when.date, (), today, item, assembly)
    senses = [next(s for s in word if s.dimension in twins) for word in held.values.words]
    name = senses[0].dimension
    stocks = (each for each in model.metrics.values() if each.is_stock and each.kind == "simple" and not each.filter)
    metric = next((each.name for each in stocks if twins[name] in _counts(each.name, model)), None)
    if period is None or metric is None or any(sense.dimension != name for sense in senses):
        raise assembly.deny(item)
    codes = tuple(assembly.structure.value_type(name, sense.value) for sense in senses)
    assembly.use(item, "value", f"{twins[name]}: {', '.join(map(str, codes))}")
    assembly.assume("held_then", assembly.dimension_label(name))
    then = value_filter(twins[name], codes, negated=held.values.negated)
    return MetricFilter(metric=metric, period=period, filters=(then,), op=">=", values=(1.0,))


def _counts(metric: str, model: Model) -> set[str]:
    """The dimensions that every dataset prefers over which the metric's groups are made."""
    found = [set(model.datasets[each].definition.prefers) for each in model.grouping_datasets(metric)]
    return set.intersection(*found) if found else set()


def _told(draft: Draft, assembly: Assembly, twins: dict[str, str]) -> None:
    for name in _named(draft):
        if name in twins:
            assembly.assume("held_then", assembly.dimension_label(name))
            for word in assembly.frame.said("date.same_period"):
                assembly.use(word, "period", "")  # 按当时的等级算: so it is
    _rename(draft, twins)


def as_of_today(draft: Draft, model: Model) -> None:
    """The draft of a question before with today's values again, as its words said them."""
    _rename(draft, {version: name for name, version in versions(model).items()})


def _named(draft: Draft) -> tuple[str, ...]:
    filters = (each.field for each in (*draft.filters, *draft.keep, *draft.show) if isinstance(each, FieldFilter))
    return tuple(dict.fromkeys((*draft.group_by, *filters)))


def _rename(draft: Draft, names: dict[str, str]) -> None:
    def renamed(each: Filter) -> Filter:
        other = names.get(each.field) if isinstance(each, FieldFilter) else None
        return each if other is None else each.model_copy(update={"field": other})

    draft.group_by = tuple(names.get(name, name) for name in draft.group_by)
    draft.limit_within = tuple(names.get(name, name) for name in draft.limit_within)
    draft.filters = tuple(renamed(each) for each in draft.filters)
    draft.keep = tuple(each for one in draft.keep if isinstance(each := renamed(one), FieldFilter))
    draft.show = tuple(each for one in draft.show if isinstance(each := renamed(one), FieldFilter))
