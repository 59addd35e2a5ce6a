"""Metrics that words name together: means over people, orders or days, statistics of columns, verbs of quantities."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause, Measure
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots, names_people
from chat_service.translate.senses import MetricSense, Values, WordSense
from chat_service.translate.stops import Denial, LostError, StopError
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import is_money


def statistic_of(measure: Measure, item: Edge, assembly: Assembly) -> tuple[str, ...]:
    """The metrics that a measure means, its mean or statistic taken. Raises StopError where the model has none."""
    structure = assembly.structure
    names = tuple(name for name in measure.metrics if name in structure.model.metrics)
    match measure.statistic:
        case "":
            return names
        case "median" | "extreme":
            found = _of_column(measure, assembly.frame.folded(item), assembly)
            if found is None:
                raise StopError(Denial("statistic", assembly.said(item)))
            return (found,)
        case "mean":
            if names and all(structure.is_ratio(name) for name in names):
                return names
            return _per_person_of_people(names, measure, assembly) or _mean_of_field(measure.metrics, item, assembly)
        case "per_head":
            spread = [found for name in names if (found := structure.per_person(name)) is not None]
        case "per_day":
            spread = [found for name in names if (found := structure.per_day(name)) is not None]
        case _:
            main = structure.main_behaviour
            over = main.metric if main is not None else ""
            spread = [found for name in names if (found := structure.ratio(name, over)) is not None]
    if spread:
        return tuple(dict.fromkeys(spread))
    if names and measure.statistic != "per_day" and all(structure.is_ratio(name) for name in names):
        return names
    raise StopError(Denial("statistic" if measure.statistic == "per_head" else "not_supported", assembly.said(item)))


def _per_person_of_people(names: tuple[str, ...], measure: Measure, assembly: Assembly) -> tuple[str, ...]:
    """会员去年平均下了几单: of people, a mean of what is no average of a column is over them."""
    words, frame = assembly.scope.entity_words, assembly.frame
    people = any(each.category == "entity" or names_people(each, frame, words) for each in frame.items)
    if not people or _fields_averaged(measure.metrics, assembly):
        return ()
    found = tuple(each for name in names if (each := assembly.structure.per_person(name)) is not None)
    return found if len(found) == len(names) else ()


def _mean_of_field(names: tuple[str, ...], item: Edge, assembly: Assembly) -> tuple[str, ...]:
    """Average discount: the metric that averages the column, where the model has one."""
    found = _fields_averaged(names, assembly)
    if len(found) != 1:
        raise StopError(Denial("not_supported", assembly.said(item)))
    return (found[0],)


def _fields_averaged(names: tuple[str, ...], assembly: Assembly) -> list[str]:
    structure = assembly.structure
    fields = {f for n in names for f in ((n,) if "." in n else (structure.row_field(n),)) if f is not None}
    return [
        m.name
        for m in structure.model.metrics.values()
        if structure.is_ratio(m.name) and structure.row_field(m.name) in fields and not m.definition.hidden
    ]


def _of_column(measure: Measure, text: str, assembly: Assembly) -> str | None:
    structure = assembly.structure
    fields = [name for name in measure.metrics if "." in name]
    for name in measure.metrics:
        if name in structure.model.metrics:
            if structure.is_ratio(name) and any(structure.one_each(each.name) for each in structure.model.leaves(name)):
                return None  # 客单价中位数: of a mean over people, no value of a row
            amount = structure.amount_beside(name) or name
            leaf = next(iter(structure.model.leaves(amount)), None)
            row = structure.row_field(leaf.name) if leaf is not None else None
            fields.extend([row] if row is not None else [])
    low = any(mark in text for mark in word_set("least_of_it"))
    kind = "median" if measure.statistic == "median" else "min" if low else "max"
    return structure.statistic(kind, *fields)


def verb_metric(clause: Clause, what: tuple[str, ...], assembly: Assembly) -> str | None:
    """The metric that a verb's quantity asks for: how much was spent, how many times, how many pieces."""
    behaviour = assembly.structure.model.behaviours[clause.behaviours[0]]
    asked = set(what)
    if asked & {"money"} or (asked & {"points"} and behaviour.amount is not None):
        return behaviour.amount
    if asked & {"units"}:
        return called("units_sold", assembly)
    if asked & {"times", "orders", "each", "how_often"}:
        of_people = asked & {"orders"} and assembly.structure.people_of(behaviour.metric) == behaviour.metric
        return None if of_people else behaviour.metric  # 走了多少单: it is people who are lost
    if asked & {"people"}:
        return assembly.structure.people_of(behaviour.metric)
    if asked & {"how_many", "how_much"}:
        metrics, amount = assembly.model.metrics, behaviour.amount
        of_points = amount is not None and metrics[amount].unit == "points"  # how many did they earn
        return amount if of_points or is_money_verb(clause.text, assembly) else behaviour.metric
    return None


def spent_by(item: Edge, names: tuple[str, ...], slots: Slots, assembly: Assembly) -> tuple[str, ...]:
    """Search ads spend, 搜索广告花费: what was spent on them, or by the customers whom they brought?"""
    before, metrics = slots.frame.spoken(item, back=True), assembly.model.metrics
    words = word_set("spends")
    plain = before is not None and before.category == "values" and not slots.people
    if not plain or slots.frame.folded(item) not in words:
        return names
    assert before is not None and isinstance(before.meaning, Values), "values stand before it"
    of = assembly.chooser(names).dimension(before.meaning.candidates)
    costs = (each for each in metrics.values() if is_money(each.unit) and not each.definition.hidden)
    ours = (each.name for each in costs if words & set(each.label.en.split(" ")))
    return tuple(dict.fromkeys((*names, *(name for name in ours if assembly.chooser((name,)).reaches(of[0])))))


def called(words: str, assembly: Assembly) -> str | None:
    """The metric that is called by one of a set of its plainest words; None if the model has none."""
    for word in sorted(word_set(words), reverse=True):
        for sense in assembly.scope.lexicon.senses(phrase_keys(word)):
            if isinstance(sense, MetricSense):
                return sense.name
    return None


def is_money_verb(text: str, assembly: Assembly) -> bool:
    """Whether a verb of buying speaks of money: a bare number with it is an amount."""
    senses = assembly.scope.lexicon.senses(phrase_keys(text))
    return any(isinstance(s, WordSense) and s.role == "money_verb" for s in senses)


def spread_apart(slots: Slots, assembly: Assembly) -> None:
    """'On average, how many orders does a customer place': what is averaged may stand apart from its measure."""
    words = slots.frame.said("average", "statistic")
    if not words or len(slots.measures) != 1:
        return
    if described := [word for word in words if any(word.end == item.start for item, _ in slots.clauses)]:
        raise LostError(Denial("not_supported", assembly.said(described[0])), described[0])  # every customer who …
    item, names = slots.measures[0]
    meaning = item.meaning
    if isinstance(meaning, Measure) and meaning.statistic:
        return
    best = max(words, key=lambda word: not word.category.endswith(".mean"))
    spread = Measure(names, "", best.category.partition(".")[2])
    slots.measures[0] = (item, statistic_of(spread, best, assembly))
    for word in words:
        assembly.use(word, "metric", slots.measures[0][1][0])
