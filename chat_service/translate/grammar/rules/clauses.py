"""What customers do: a verb with its own negation, period, count and objects, in any order; and several of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chat_service.language.grammar.rule import Edge, Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Clause, Clauses, Condition, Listed
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Ask, Names, Values, When, Word
from semantic_layer import NumberOperator

_MOST_CLAUSES = 4
_CARRYING_ON = frozenset({"又", "也", "还", "还有", "再", "又还", "都"})
_DATE = "date.period|date.rolling|date.open"
_OPERATORS: dict[str, NumberOperator] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "="}


def _core(found: Found) -> Clause:
    names = found.one("b", Names)
    return Clause(names.names, names.text)


def _not(found: Found) -> Clause | None:
    clause = found.one("c", Clause)
    ever = clause.ever or (found.said("n") == "never" and clause.when is None)
    if found.said("n") == "nor":
        return None  # it carries on the negation before it
    return None if clause.negated else replace(clause, negated=True, ever=ever)


def _nothing(found: Found) -> Clause | None:
    """Bought nothing: the negation of what it was done to."""
    word = found.one("n", Word)
    return _not(found) if word.text in ("nothing", "none", "no") or word.meaning == "none" else None


def _dated(found: Found) -> Clause | None:
    """A time that is named bounds even what was never done, or was once: 去年从未登录, 近90天曾投诉."""
    clause, when = found.one("c", Clause), found.one("w", When)
    if clause.when is not None or clause.same_period:
        return None
    return replace(clause, when=when, ever=False)


def _carries_on(found: Found) -> bool:
    """Whether the words between are 又, 还, 也, which join nothing here: 近90天又还下单, 在APP也买过."""
    words = [word for name in ("j", "k") if (word := found.get(name, Word)) is not None]
    return all(word.text in _CARRYING_ON for word in words)


def _carried(found: Found) -> Clause | None:
    return _dated(found) if _carries_on(found) else None


def _length(found: Found) -> Clause | None:
    """三个月没下单: a length of time beside what was not done is the time up to today."""
    clause, when = found.one("c", Clause), found.one("w", When)
    if clause.when is not None or when.date.period is None or not clause.negated:
        return None
    return replace(clause, when=when)


def _lapsed(found: Found) -> Clauses | None:
    """Haven't ordered in over 90 days: who did once, and not in that time up to today."""
    clause = _length(found)
    if clause is None or clause.condition is not None or found.said("op") not in ("gt", "ge"):
        return None
    return Clauses((clause, replace(clause, negated=False, when=None, ever=True)))


def _same(found: Found) -> Clause | None:
    clause = found.one("c", Clause)
    return None if clause.when is not None or clause.same_period else replace(clause, same_period=True)


def _ever(found: Found) -> Clause | None:
    clause = found.one("c", Clause)
    return clause if clause.when is not None else replace(clause, ever=True)


def comparison(found: Found, clause: Clause) -> Condition | None:
    condition, amount = found.get("k", Condition), found.get("n", Amount)
    op = _OPERATORS.get(found.said("op"))
    if amount is not None and not amount.is_ordinal and amount.upto is None:
        condition = Condition(op or "=", (amount.value,), amount.units)
    return None if clause.condition is not None else condition


def _counted(found: Found) -> Clause | None:
    clause = found.one("c", Clause)
    condition = comparison(found, clause)
    if condition is None or "days" in condition.units or "hours" in condition.units:
        return None
    return replace(clause, condition=condition)


def _pair(found: Found) -> Clauses | None:
    one, other = found.one("a", Clauses), found.one("b", Clauses)
    alternative = found.said("j") == "or"
    word = found.get("j", Word)
    if word is not None and word.text in word_set("noun_joiner") and one.clauses[-1].negated:
        return None  # 没有登录和下单: the negation is of both
    if word is not None and word.text == "or" and one.clauses[-1].negated and not other.clauses[0].negated:
        return None  # did not log in or order: so it is here
    if len(one.clauses) + len(other.clauses) > _MOST_CLAUSES:
        return None
    if word is None and _is_one_deed(one.clauses[-1], other.clauses[0]):
        return None
    if any(len(each.clauses) > 1 and each.any != alternative for each in (one, other)):
        return None
    clauses = _said_behind(found.edges["b"], (*one.clauses, *other.clauses))
    return Clauses(_in_one_time(clauses, alternative), alternative)


def _is_one_deed(one: Clause, other: Clause) -> bool:
    """Placed 3 orders: a verb and its noun, not ordered and had 3 orders."""
    apart = one.when is not None and other.when is not None
    return one.behaviours == other.behaviours and not apart


def _said_behind(last: Edge, clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Ordered but didn't log in, last 30 days: a time behind several deeds that have none is that of all of them.

    Bought, but not again in 90 days: the deed that is denied of that time is not done in it.
    """
    *before, ending = clauses
    leaves = [leaf for leaf in last.leaves() if not leaf.is_empty]
    if ending.when is None or not leaves[-1].category.startswith("date.") or ending.when.date.kind == "open":
        return clauses
    timed = any(each.when is not None or each.ever or each.same_period for each in before)
    if timed or any(each.negated != ending.negated and each.behaviours == ending.behaviours for each in before):
        return clauses
    return (*(replace(each, when=ending.when) for each in before), ending)


def _in_one_time(clauses: tuple[Clause, ...], alternative: bool) -> tuple[Clause, ...]:
    """Logged in this month but did not order: what has no time of its own happened in that of the deed before it."""
    made: list[Clause] = []
    for clause in clauses:
        before = made[-1] if made else None
        own = clause.when is not None or clause.ever or clause.same_period
        shared = clause.same_period or not (own or alternative)
        if before is not None and before.when is not None and shared:
            clause = replace(clause, when=before.when, same_period=False, ever=False)
        made.append(clause)
    return tuple(made)


def _who(found: Found) -> Clauses | None:
    """Customers who ordered: behind 'who' stands a condition, not what is measured."""
    asks, clauses = found.get("r", Ask), found.one("c", Clauses)
    if clauses.relative or (asks is not None and "who" not in asks.what):
        return None
    return replace(clauses, relative=True)


def _again(found: Found) -> Clauses | None:
    """Ordered in May and again in June: the same deed in each of the times."""
    both, when = found.one("c", Clauses), found.one("w", When)
    last = both.clauses[-1]
    word = found.one("j", Word)
    if word.meaning == "or" and len(both.clauses) == 1 and last.when is not None and not last.negated:
        return replace(both, clauses=(last, replace(last, when=when)), any=True)
    if word.meaning == "or" and last.negated and last.when is not None and not both.any:
        return replace(both, clauses=(*both.clauses, replace(last, when=when)))  # not in 2025 or 2026: in neither
    if both.any or last.when is None or last.negated or word.meaning != "and" or when == last.when:
        return None
    if not last.text.isascii():
        return None  # 上季度投诉过、本季度没再下单: the time is of what follows
    return Clauses((*both.clauses, replace(last, when=when)))


def _each_time(found: Found) -> Clauses | None:
    clause, both = found.one("c", Clause), found.edges.get("q")
    marked = clause.negated if both is None else both.meaning in word_set("both")
    if clause.when is not None or clause.condition is not None or not marked:
        return None
    return Clauses((replace(clause, when=found.one("w", When)), replace(clause, when=found.one("x", When))))


def _neither(found: Found) -> Clauses | None:
    joiner = found.get("o", Word)
    if joiner is not None and joiner.meaning == "and" and joiner.text not in word_set("noun_joiner"):
        return None
    one, other = found.one("a", Clause), found.one("b", Clause)
    if one.negated or other.negated:
        return None
    when = one.when or other.when
    return Clauses((replace(one, negated=True, when=when), replace(other, negated=True, when=other.when or when)))


def _but_not(found: Found) -> Clauses | None:
    """Ordered in Q1 but not in Q2: the same deed, not done in another time."""
    both, when = found.one("a", Clauses), found.get("w", When)
    values, one = found.get("v", Values), both.clauses[-1]
    if both.any or one.negated or (one.when is None and when is not None) or found.said("n") == "nor":
        return None
    if when is not None:
        return replace(both, clauses=(*both.clauses, replace(one, negated=True, when=when, condition=None)))
    if values is None or not one.values:
        return None
    other = replace(one, negated=True, values=(replace(values, negated=False),), condition=None)
    return replace(both, clauses=(*both.clauses, other))


def _nowhere_else(found: Found) -> Clauses | None:
    """只在APP买过、别的渠道没买过: there, and nowhere else."""
    both, other = found.one("a", Clauses), found.one("b", Clause)
    one, word = both.clauses[-1], found.get("j", Word)
    same = other.negated and other.behaviours == one.behaviours and not other.values and other.condition is None
    if both.any or not same or one.negated or len(one.values) != 1 or (word is not None and word.meaning != "and"):
        return None
    if one.condition is not None or one.values[0].negated or other.when not in (None, one.when):
        return None
    alone = replace(one, values=(replace(one.values[0], only=True),))
    return replace(both, clauses=(*both.clauses[:-1], alone))


def _shared(found: Found) -> Clauses | None:
    both, when = found.one("c", Clauses), found.one("w", When)
    if len(both.clauses) < 2 or any(each.when is not None or each.same_period for each in both.clauses):
        return None
    return replace(both, clauses=tuple(replace(each, when=when) for each in both.clauses))


def _as_well(found: Found) -> Clauses | None:
    """既…又…: opens a list of deeds all of which hold, and says nothing of one."""
    both = found.one("c", Clauses)
    return both if len(both.clauses) > 1 and not both.any else None


def _listed(found: Found) -> Listed:
    names = found.one("l", Names)
    return Listed(names.names[0], names.text, found.edges.get("n") is not None)


RULES = (
    Rule("clause", ("b=behaviour",), _core, 0.05, "deed", ("买过 -> orders",)),
    Rule("clause", ("n=negation ~ c=clause",), _not, -0.4, "deed not done", ("没登录 -> not logins",)),
    Rule("clause", ("c=clause ~ n=negation",), _nothing, -0.3, "nothing done", ("shared nothing -> not shares",)),
    Rule(
        "clause",
        ("w=when ~ c=clause", "c=clause ~ w=when"),
        _dated,
        -0.35,
        "deed in a time",
        ("去年买过 -> orders 2025", "ordered last month -> orders May"),
    ),
    Rule(
        "clause",
        ("w=when ~ j=connective.and ~ k=connective.and? ~ c=clause",),
        _carried,
        -0.6,
        "deed in a time, carried on",
        ("近90天又下单 -> orders",),
    ),
    Rule(
        "clause", ("w=date.duration ~ c=clause", "c=clause ~ w=date.duration"), _length, -0.5, "deed not done for long"
    ),
    Rule(
        "clauses",
        (
            "c=clause ~ op=prefix ~ w=date.duration",
            "op=prefix ~ w=date.duration ~ c=clause",
            "w=date.duration ~ op=suffix ~ c=clause",
        ),
        _lapsed,
        -1.2,
        "deed not done for longer",
    ),
    Rule("clause", ("w=date.same_period ~ c=clause", "c=clause ~ w=date.same_period"), _same, -0.3, "deed then"),
    Rule("clause", ("e=follow.ever ~ c=clause", "c=clause ~ e=follow.ever"), _ever, -0.4, "deed ever"),
    Rule(
        "clause",
        (
            "c=clause ~ k=condition",
            "c=clause ~ n=amount",
            "k=condition ~ c=clause",
            "op=prefix ~ c=clause ~ n=amount",
        ),
        _counted,
        -0.4,
        "deed so often",
        ("买过3次以上 -> orders >= 3", "至少投诉过一次 -> complaints >= 1", "spent over 1000 -> revenue > 1000"),
    ),
    Rule("clauses", ("c=clause",), lambda found: Clauses((found.one("c", Clause),)), 0.0, "deeds"),
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective ~ r=entity? ~ b=clauses",
            "a=clauses ~ j=connective ~ k=connective ~ b=clauses",
            "a=clauses ~ b=clauses",
        ),
        _pair,
        -0.5,
        "deeds together",
        ("去年买过、今年没买过 -> two",),
    ),
    Rule(
        "clauses",
        ("n=negation|connective.neither ~ a=clause ~ o=negation.nor|connective.or|connective.and ~ b=clause",),
        _neither,
        -1.0,
        "neither deed",
        ("neither logged in nor ordered -> two not done",),
    ),
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective? ~ n=negation|exclusion.open ~ w=when",
            "a=clauses ~ j=connective? ~ n=negation|exclusion.open ~ v=values",
        ),
        _but_not,
        -0.6,
        "deed, but not then",
        ("ordered in Q1 but not in Q2 -> two",),
    ),
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective? ~ o=function.pronoun.other ~ d=dimension ~ b=clause",
            "a=clauses ~ o=function.pronoun.other ~ d=dimension ~ b=clause",
        ),
        _nowhere_else,
        -1.2,
        "deed there and nowhere else",
        ("在APP买过、别的渠道没买过 -> only app",),
    ),
    Rule("clauses", ("r=ask ~ c=clauses", "r=function.pronoun.relative ~ c=clauses"), _who, -1.4, "who did it"),
    Rule(
        "clauses",
        (
            "w=when j=connective.and ~ x=when ~ q=function.quantifier.both ~ c=clause",
            "w=when j=connective.and x=when ~ c=clause",
        ),
        _each_time,
        -1.6,
        "deed in each of two times",
        ("去年和今年都买过 -> two",),
    ),
    Rule("clauses", ("c=clauses ~ j=connective ~ w=when",), _again, -0.2, "deed again"),
    Rule(
        "clauses",
        ("b=connective.as_well|function.quantifier.both ~ c=clauses",),
        _as_well,
        -0.4,
        "deeds that both hold",
        ("既买过又投诉过 -> two",),
    ),
    Rule("clauses", ("w=when ~ c=clauses", "c=clauses ~ w=when"), _shared, -0.5, "deeds in one time"),
    Rule("listed", ("n=negation|exclusion.open ~ l=list",), _listed, -1.0, "all but a named population"),
    Rule(
        "listed",
        ("l=list",),
        _listed,
        -0.05,
        "named population",
        ("可能流失的客户 -> may_churn",),
    ),
)


def with_object(structure: Structure) -> Callable[[Found], Clause | None]:
    """What makes a deed `c` one that was done to, or in, the values `v`."""

    def of(found: Found) -> Clause | None:
        """What it was done to or in; what customers are themselves is none of it."""
        clause, values = found.one("c", Clause), found.one("v", Values)
        if found.passes("的") or len(clause.values) > 1 or not values.candidates:
            return None
        of_people = [structure.entity_dimension(name) for name in values.candidates]
        if all(of_people):
            return None
        if any(set(values.candidates) & set(each.candidates) for each in clause.values):
            return None
        return replace(clause, values=(*clause.values, values))

    return of


def model_rules(structure: Structure) -> tuple[Rule, ...]:
    """A deed with what it was done to, or in."""

    of = with_object(structure)
    return (
        Rule(
            "clause",
            ("c=clause ~ v=values", "v=values ~ c=clause", "p=prefix.between ~ v=values ~ c=clause"),
            of,
            -0.3,
            "deed to something",
            ("买过美妆 -> orders of beauty", "ordered in the app -> orders by app"),
        ),
        Rule(
            "clause",
            (
                "v=values ~ j=connective.and|follow.also ~ c=clause",
                "p=prefix.between ~ v=values ~ j=connective.and|follow.also ~ c=clause",
            ),
            lambda found: of(found) if _carries_on(found) else None,
            -0.6,
            "deed to something, carried on",
            ("在APP也买过 -> orders by app",),
        ),
    )
