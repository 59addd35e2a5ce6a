"""Words that only name what is counted: 今年的订单,平均一单多少钱; refund rate on in-store purchases.

Such a word is a measure by its form, but the question asks for another one over the same rows. It is dropped where
those rows are all the other measure's, and becomes a filter where they are some of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.translate.grammar.categories import Item, Items, Measure, Node, Rank
from chat_service.translate.grammar.matching import is_any
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Mention
from semantic_layer import FieldFilter

_EXPLICIT = frozenset(
    {
        "、",
        "和",
        "及",
        "以及",
        "与",
        "还有",
        "加上",
        "外加",
        "跟",
        "and",
        "&",
        "plus",
        "as well as",
        "along with",
        "together with",
    }
)
_MOST = frozenset({"最多", "最多的", "最少", "最少的", "most", "fewest", "least"})
_COUNTING = ("数", "量", "count", "number", "volume", "多少", "how many", "几")


@dataclass(frozen=True)
class Subjects:
    """Measures that are asked for, those that only name the rows, and what they leave of the rows."""

    measures: tuple[Measure, ...]
    subjects: tuple[Measure, ...]
    filters: tuple[FieldFilter, ...]


def split_subjects(
    measures: tuple[Measure, ...], items: Items, structure: Structure, before: tuple[str, ...] = ()
) -> Subjects:
    """Tell subjects from measures. `before` are metrics of the question before, which a short follow-up is about."""
    subjects: list[Measure] = []
    filters: list[FieldFilter] = []
    for measure in measures:
        others = [m for m in measures if m is not measure and m not in subjects]
        names = [name for m in others for name in m.metrics] or list(before if not others else ())
        if not names or len(measure.metrics) != 1 or not structure.counts_rows(measure.metrics[0]):
            continue
        if structure.one_each(measure.metrics[0]) and not _is_part(measure.metrics[0], names, structure):
            continue
        if _is_counted(measure) or _is_ranked(measure, items):
            continue
        if any(_joined(measure, other, items) for other in others):
            continue
        kept = [structure.narrowing(measure.metrics[0], name) for name in names]
        if any(each is None for each in kept):
            continue
        subjects.append(measure)
        if any(other.end <= measure.start <= other.end + 1 and _ends(other, measure, structure) for other in others):
            continue  # the noun of 'refunded | orders' says nothing of its own
        for each in kept:
            filters.extend(FieldFilter(field=field, values=(value,)) for field, value in each or ())
    return Subjects(tuple(m for m in measures if m not in subjects), tuple(subjects), tuple(dict.fromkeys(filters)))


def _ends(other: Measure, measure: Measure, structure: Structure) -> bool:
    label = structure.model.metrics[other.metrics[0]].label
    word = measure.parts[-1].text
    return label.en.lower().endswith(word) or label.zh.removesuffix("数").endswith(word)


def _is_part(metric: str, names: list[str], structure: Structure) -> bool:
    """Whether the other measures are made of this one: what one new customer costs."""
    return all(any(leaf.name == metric for leaf in structure.model.leaves(name)) for name in names)


def _is_counted(measure: Measure) -> bool:
    text = "".join(part.text for part in measure.parts)
    return any(mark in text for mark in _COUNTING)


def _is_ranked(measure: Measure, items: Items) -> bool:
    """投诉最多的5个省和它们的投诉率: what there is most of is asked for itself."""
    ranks = [item for item in items if isinstance(item, Rank) and any(part.text in _MOST for part in item.parts)]
    return any(rank.start == measure.end or rank.end + 1 == measure.start for rank in ranks)


def _joined(one: Measure, other: Measure, items: Items) -> bool:
    """Whether two measures stand in one list: only an 'and' between them."""
    first, last = min(one.end, other.end), max(one.start, other.start)
    between = [item for item in items if item.start >= first and item.end <= last]
    links = [item for item in between if _text(item) in _EXPLICIT]
    rest = [
        item
        for item in between
        if item not in links and not (isinstance(item, Mention) and is_any(item, "filler", "connective"))
    ]
    return bool(links) and not rest


def _text(item: Item) -> str:
    return "" if isinstance(item, Node) else item.text
