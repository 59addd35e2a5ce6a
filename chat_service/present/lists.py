"""The sentence of a list: whom it holds, how many they are, how they were chosen and sorted, and what they share."""

from __future__ import annotations

from collections import Counter

from chat_service.present.conditions import in_period
from chat_service.present.finding import Finding
from chat_service.present.subject import conditions, of
from chat_service.present.table import is_number
from chat_service.translate.meaning.populations import population
from semantic_layer import Column, FieldFilter, ListFilter, ListQuery, MetricFilter, Period, Phrase

_COUNTED = Phrase("{who}共 {total:,} {counter}{cut}{order}。", "{total:,} {who}{cut}{order}.")
_CHOSEN = Phrase("{conditions}{noun}", "{noun}: {conditions}")
_CUT = Phrase("，显示前 {shown:,} {counter}", "; the first {shown:,} are shown")
_DOWN = Phrase("，按{name}从高到低", ", highest {name} first")
_UP = Phrase("，按{name}从低到高", ", lowest {name} first")
_LATEST, _EARLIEST = (
    Phrase("，按{name}从近到远", ", latest {name} first"),
    Phrase("，按{name}从远到近", ", earliest {name} first"),
)
_RANGE = Phrase("{name}从 {first} 到 {last}", "{name} from {first} to {last}")
_COMMON = Phrase("{name}最多的是{values}", "most common {name}: {values}")
_TIMES = Phrase("{value}（{count} {counter}）", "{value} ({count})")
_OF_SHOWN = Phrase("所列 {shown} {counter}中，{said}。", "Of the {shown} shown, {said}.")
_COMMONEST = 2
_FEW = 5  # of fewer, the list itself tells as much


def list_sentence(finding: Finding) -> str:
    """How many there are, how many are shown, in which order; then what those shown have in common."""
    request, names, table = finding.request, finding.names, finding.table
    assert isinstance(request, ListQuery), "called for lists"
    listed = population(request, names.model)
    own = ListFilter(list=listed.name) if listed is not None else None
    # a list is not told of itself again
    asked = names.comma(*conditions(finding, but=own))
    if listed is not None:
        who = names.words(listed.label) + names.bracketed(asked)
    else:
        noun = names.entity(request.entity, table.total_rows)
        who = names.say(_CHOSEN, conditions=of(asked, finding.language), noun=noun) if asked else noun
    shown = len(table.rows)
    counter = names.counter(request.entity)
    cut = names.say(_CUT, shown=shown, counter=counter) if shown < table.total_rows else ""
    said = names.say(_COUNTED, who=who, total=table.total_rows, counter=counter, cut=cut, order=_order_words(finding))
    return names.sentences(said, _in_common(finding))


def _sorted_by(finding: Finding) -> Column | None:
    """The column that the list is sorted by, where that sets those shown apart."""
    assert isinstance(finding.request, ListQuery), "called for lists"
    if not finding.request.order_by:
        return None
    name = finding.request.order_by[0].column
    column = next((c for c in finding.table.columns if c.name == name), None)
    return None if column is None or len(set(finding.values(column))) < 2 else column


def _order_words(finding: Finding) -> str:
    column = _sorted_by(finding)
    if column is None:
        return ""
    assert isinstance(finding.request, ListQuery), "called for lists"
    descending = finding.request.order_by[0].descending
    forms = (_LATEST, _EARLIEST) if column.type in ("date", "timestamp") else (_DOWN, _UP)
    name = finding.names.column(column)
    told = in_period(name, period_of_order(finding.request), finding.names, finding.today)
    return finding.say(forms[0 if descending else 1], name=told)


def period_of_order(request: ListQuery) -> Period | None:
    """The time of the measure by which a list is sorted, where no condition tells it."""
    measured = next((each for each in request.measured if each.name == request.order_by[0].column), None)
    told = {each.period for each in request.filters if isinstance(each, MetricFilter)}
    return None if measured is None or measured.period in told else measured.period


def _in_common(finding: Finding) -> str:
    """The range of what the list is sorted by, and the commonest values of what is told of each."""
    shown = len(finding.table.rows)
    if shown < _FEW:
        return ""
    assert isinstance(finding.request, ListQuery), "called for lists"
    counter = finding.names.counter(finding.request.entity)
    said, column = [], _sorted_by(finding)
    if column is not None and is_number(column):
        scale, known = finding.scale(column), [v for v in finding.values(column) if v is not None]
        if known:
            name, first, last = finding.names.column(column), scale.figure(known[0]), scale.figure(known[-1])
            said += [finding.say(_RANGE, name=name, first=first, last=last)] if first != last else []
    for each in finding.table.columns:
        counted = _common_values(finding, each).most_common(_COMMONEST)
        values = [
            finding.say(_TIMES, value=value, count=count, counter=counter) for value, count in counted if count > 1
        ]
        if values:
            named = finding.names.listed(values)
            said.append(finding.say(_COMMON, name=finding.names.column(each), values=named))
    return finding.say(_OF_SHOWN, shown=shown, counter=counter, said=finding.names.clauses(*said)) if said else ""


def _common_values(finding: Finding, column: Column) -> Counter[str]:
    """How often each value of an attribute with names of its own occurs; of a field of reasons, each reason."""
    asked = {each.field for each in finding.request.filters if isinstance(each, FieldFilter)}
    field = finding.names.field(column.field or column.name)
    found: Counter[str] = Counter()
    if column.role != "dimension" or field is None or column.name in asked:
        return found
    for value in finding.values(column):
        reasons = finding.names.reason_names(value)
        found.update(reasons)
        if not reasons and value in field.definition.values:
            found[finding.names.code(field, value)] += 1
    return found
