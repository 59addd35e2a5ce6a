"""Whether a word that may say nothing says nothing here.

Function words never do. The other classes of `language/words/*/function.toml` do only where the request bears it out:
a pronoun stands for something said, a measure word counts something, "came from" leads to a place or a measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chat_service.translate.grammar.categories import Amount, Condition, Group, Item, Items, Node, Rank, Values
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.matching import is_a, is_any
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Mention, WordSense
from semantic_layer import MetricQuery, Request

_NAMES = ("metric", "dimension", "value", "behaviour", "list", "entity", "field", "number", "date", "question.who")
_COUNTED_BY = ("number", "question", "quantity", "grouping", "rank", "negation", "intent.count", "date", "unit")


@dataclass(frozen=True)
class _Asked:
    """A filler and what was made of the words around it."""

    item: Mention
    frame: Frame
    request: Request
    structure: Structure


def says_nothing(item: Mention, frame: Frame, request: Request, structure: Structure, *, goes_on: bool) -> bool:
    """Whether a filler can be left out. `goes_on`: whether there was a question before."""
    others = any(not (isinstance(sense, WordSense) and sense.role in ("filler", "follow")) for sense in item.senses)
    classes = [sense.meaning for sense in item.senses if isinstance(sense, WordSense) and sense.role == "filler"]
    return others or any(_says_nothing(each, _Asked(item, frame, request, structure), goes_on) for each in classes)


def _says_nothing(filler: str, asked: _Asked, goes_on: bool) -> bool:
    test = _TESTS.get(filler) or _TESTS.get(filler.partition(".")[0])
    return test is None or (goes_on and filler.startswith("pronoun")) or test(asked)


# --- what bears a word out ---


def _leads_to_measure(asked: _Asked) -> bool:
    """Revenue that came from …, the tickets filed: something is measured or was done."""
    frame = asked.frame
    done = frame.clauses or frame.ranks or frame.conditions or frame.compared or frame.dated or frame.populations
    return isinstance(asked.request, MetricQuery) or bool(done)


def _leads_to_place(asked: _Asked) -> bool:
    """来自北京, based in the north: something that one can be of."""
    frame = asked.frame
    named = frame.values or frame.groups or frame.compared or frame.lists or frame.clauses or frame.measures
    return bool(named or frame.entities or frame.has("quantity.people"))


def _several_named(asked: _Asked) -> bool:
    """京沪两地: what is counted was named."""
    return sum(len(each.words) for each in asked.frame.values) > 1 or bool(asked.frame.values or asked.frame.against)


def _stands_for_something(asked: _Asked) -> bool:
    """A pronoun has its noun before it; a 那个 that opens and names nothing is a pause."""
    here = [each for each in asked.frame.items if each.start < asked.item.start]
    after = next((each for each in asked.frame.items if each.start >= asked.item.end), None)
    pause = not here and after is not None and _is_class(after, "function") and after.start > asked.item.end
    return pause or any(isinstance(each, Node) or is_any(each, *_NAMES) for each in here)


def _stands_or_opens(asked: _Asked) -> bool:
    """'It' and 'one' may also stand for nobody: how long does it take, is it true."""
    return True


def _counts(asked: _Asked) -> bool:
    """A measure word stands beside a number, a question word, an each or a pronoun."""
    return any(_counts_here(each) for each in _beside(asked.item, asked.frame.items))


def _counts_here(item: Item) -> bool:
    if isinstance(item, (Amount, Condition, Rank, Group)):
        return True
    return is_any(item, *_COUNTED_BY) or any(_is_class(item, name) for name in ("pronoun", "quantifier", "counter"))


def _is_no_grade(asked: _Asked) -> bool:
    """'Very', 'about': not beside what they would grade, which a request cannot."""
    return not any(
        isinstance(each, (Amount, Condition, Values)) or is_any(each, "value", "list", "number")
        for each in _beside(asked.item, asked.frame.items)
    )


def _is_of_people(asked: _Asked) -> bool:
    """Different users, unique products: what is counted is counted once each in any case."""
    after = next(
        (each for each in asked.frame.items if each.start >= asked.item.end and not _is_class(each, "function")), None
    )
    return after is not None and (
        isinstance(after, Group) or is_any(after, "entity", "dimension", "measure", "metric", "question", "quantity")
    )


def _is_in_order(asked: _Asked) -> bool:
    """之后 is shown where it opens the period of what follows, or where what comes before is by nature the first."""
    before = [clause for clause in asked.frame.clauses if clause.start < asked.item.start]
    return any(clause.when is not None and asked.item in clause.when.parts for clause in asked.frame.clauses) or any(
        asked.structure.one_each(clause.metric) for clause in before
    )


def _covers_the_values(asked: _Asked) -> bool:
    """'Both A and B' of what was done asks for the one and the other; the values of one condition are the one or the
    other.
    """
    return not any(len(values.words) > 1 for clause in asked.frame.clauses for values in clause.values)


def _covers_the_groups(asked: _Asked) -> bool:
    """'In all stores' of what was done asks for each of them."""
    after = next((each for each in asked.frame.items if each.start >= asked.item.end), None)
    return not (asked.frame.clauses and after is not None and is_any(after, "dimension") and not is_a(after, "entity"))


def _is_a_mean(asked: _Asked) -> bool:
    """'Usually' asks for what a mean tells."""
    request = asked.request
    return isinstance(request, MetricQuery) and any(asked.structure.is_ratio(name) for name in request.metrics)


def _is_grouped(asked: _Asked) -> bool:
    """'Mainly' asks for the largest parts, which groups show by size."""
    return isinstance(asked.request, MetricQuery) and bool(asked.request.group_by)


def _beside(item: Mention, items: Items) -> tuple[Item, ...]:
    return tuple(each for each in items if each is not item and -1 <= each.start - item.end <= 1) + tuple(
        each for each in items if each is not item and -1 <= item.start - each.end <= 1
    )


def _is_class(item: Item, name: str) -> bool:
    return isinstance(item, Mention) and any(
        isinstance(sense, WordSense) and sense.role == "filler" and sense.meaning.startswith(f"{name}.")
        for sense in item.senses
    )


_TESTS: dict[str, Callable[[_Asked], bool]] = {
    "light.bring": _leads_to_measure,
    "light.be_at": _leads_to_place,
    "light.listed": _several_named,
    "pronoun.they": _stands_for_something,
    "pronoun.this": _stands_for_something,
    "pronoun.other": _stands_for_something,
    "pronoun.one": _stands_or_opens,
    "pronoun.relative": _stands_for_something,
    "quantifier.all": _covers_the_groups,
    "quantifier.both": _covers_the_values,
    "counter": _counts,
    "degree": _is_no_grade,
    "identity": _is_of_people,
    "sequence": _is_in_order,
    "frequency.usually": _is_a_mean,
    "frequency.mainly": _is_grouped,
}
