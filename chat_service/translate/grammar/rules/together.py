"""Deeds together: several with and, or, but; in one time or each in its own; in one place and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Edge, Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clause, Clauses, Condition
from chat_service.translate.grammar.rules.clauses import is_nothing
from chat_service.translate.senses import Ask, Values, When, Word

_MOST_CLAUSES = 4


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
    if found.passes(*word_set("whenever")):
        return None  # complained when they ordered: at that time
    if word is None and _is_one_deed(one.clauses[-1], other.clauses[0]):
        return None
    if any(len(each.clauses) > 1 and each.any != alternative for each in (one, other)):
        return None
    first = one.clauses
    next_ = other.clauses[0]
    if word is None and next_.text.isascii() and not (next_.negated or other.relative or one.any):
        first = tuple(replace(each, whose=True) for each in first)  # who were referred have ordered
    clauses = _said_behind(found.edges["b"], (*first, *other.clauses))
    return Clauses(_in_one_time(clauses, alternative), alternative)


def _is_one_deed(one: Clause, other: Clause) -> bool:
    """Placed 3 orders: a verb and its noun, not ordered and had 3 orders."""
    apart = one.when is not None and other.when is not None
    return one.behaviours == other.behaviours and (not apart or one.text.isascii())


def _said_behind(last: Edge, clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Ordered but didn't log in, last 30 days: a time behind several deeds that have none is that of all of them.

    Bought, but not again in 90 days: the deed that is denied of that time is not done in it.
    """
    *before, ending = clauses
    leaves = [leaf for leaf in last.leaves() if not leaf.is_empty]
    if ending.when is None or not leaves[-1].category.startswith("date.") or ending.when.date.kind == "open":
        return clauses
    timed = any(each.when is not None or each.is_timeless or each.same_period for each in before)
    if timed or any(each.negated != ending.negated and each.behaviours == ending.behaviours for each in before):
        return clauses
    return (*(replace(each, when=ending.when) for each in before), ending)


def _in_one_time(clauses: tuple[Clause, ...], alternative: bool) -> tuple[Clause, ...]:
    """Logged in this month but did not order: what has no time of its own happened in that of the deed before it."""
    made: list[Clause] = []
    for clause in clauses:
        before = made[-1] if made else None
        own = clause.when is not None or clause.is_timeless or clause.same_period
        shared = clause.same_period or not (own or alternative)
        told = before is not None and before.whose and not clause.whose
        if before is not None and before.when is not None and shared and not told:
            clause = replace(clause, when=before.when, same_period=False, ever=False, lent=not clause.same_period)
        made.append(clause)
    return tuple(made)


def _afterwards(found: Found) -> Clauses | None:
    """Bought on Double 11 and has not come back since: the second deed in the time after the first."""
    one, other = found.one("a", Clauses), found.get("b", Clauses)
    last = one.clauses[-1]
    if last.when is None or last.negated or one.any or (other is not None and other.any):
        return None
    rest = other.clauses if other is not None else (replace(last, negated=True, when=None, condition=None),)
    if len(one.clauses) + len(rest) > _MOST_CLAUSES or rest[0].when is not None or rest[0].same_period:
        return None
    first = replace(rest[0], ever=False, after=last.when)
    return Clauses((*one.clauses, first, *rest[1:]))


def _who(found: Found) -> Clauses | None:
    """Customers who ordered: behind 'who' stands a condition, not what is measured."""
    asks, clauses = found.get("r", Ask), found.one("c", Clauses)
    if clauses.relative or (asks is not None and "who" not in asks.what):
        return None
    if any(each.whose for each in clauses.clauses) or found.passes(*word_set("whenever")):
        return None  # who were referred | have ordered; when people shop in stores: the occasion, and no people
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


def _so_often(found: Found) -> Clauses | None:
    """No orders this year, at least 3 last year: the same deed, so often in another time."""
    both, when, condition = found.one("c", Clauses), found.one("w", When), found.one("k", Condition)
    last = both.clauses[-1]
    counts = not set(condition.units) - {"orders", "times", "each", "units"}
    if both.any or last.when is None or last.when == when or not counts or last.values:
        return None
    return replace(both, clauses=(*both.clauses, replace(last, when=when, negated=False, condition=condition)))


def _each_time(found: Found) -> Clauses | None:
    clause, both = found.one("c", Clause), found.edges.get("q")
    marked = clause.negated if both is None else both.meaning in word_set("both")
    whens = (found.one("w", When), found.one("x", When))
    if clause.when is not None or clause.condition is not None or not marked or any(each.ever for each in whens):
        return None
    return Clauses(tuple(replace(clause, when=each) for each in whens))


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
    if found.edges.get("j") is None and is_nothing(found.one("n", Word)):
        return None  # bought nothing in May: nothing is what was bought
    last = when is not None and found.edges["w"].end <= found.edges["n"].start
    if last and found.said("n") != "none" and found.one("n", Word).text not in word_set("nothing_more"):
        return None  # 去年买过、今年没… goes on with what was not done
    untimed = one.when is None and not one.ever and when is not None
    if both.any or one.negated or untimed or found.said("n") == "nor":
        return None
    if when is not None:
        none = found.one("n", Word).text in word_set("nothing_at_all")  # bought beauty, and nothing since: of anything
        objects = () if none else one.values
        other = replace(one, negated=True, when=when, condition=None, values=objects, ever=False)
        return replace(both, clauses=(*both.clauses, other))
    if values is None or not one.values:
        return None
    other = replace(one, negated=True, values=(replace(values, negated=False),), condition=None)
    return replace(both, clauses=(*both.clauses, other))


def _nowhere_else(found: Found) -> Clauses | None:
    """只在APP买过、别的渠道没买过; bought in stores and nowhere else: there, and in no other place."""
    both, other = found.one("a", Clauses), found.get("b", Clause)
    one, word = both.clauses[-1], found.get("j", Word)
    if both.any or one.negated or len(one.values) != 1 or (word is not None and word.meaning != "and"):
        return None
    if one.condition is not None or one.values[0].negated:
        return None
    if other is not None:
        denied = other.negated or found.edges.get("n") is not None
        same = denied and other.behaviours == one.behaviours and not other.values and other.condition is None
        if not same or other.when not in (None, one.when):
            return None
    alone = replace(one, values=(replace(one.values[0], only=True),))
    return replace(both, clauses=(*both.clauses[:-1], alone))


WHO_DID_IT = "who did it"
RULES = (
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective ~ r=entity? ~ b=clauses",
            "a=clauses ~ j=connective ~ k=connective ~ b=clauses",
            "a=clauses ~ j=connective ~ k=connective ~ l=connective ~ b=clauses",
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
        ("a=clauses ~ j=connective? ~ w=when ~ n=negation",),
        _but_not,
        0.3,
        "deed not done then",
        ("去年买过、今年没有的客户 -> two",),
    ),
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective? ~ o=function.pronoun.other ~ d=dimension ~ b=clause",
            "a=clauses ~ j=connective? ~ o=elsewhere.any ~ b=clause",
            "a=clauses ~ j=connective? ~ n=negation ~ o=elsewhere.any ~ b=clause",
        ),
        _nowhere_else,
        -1.6,
        "deed there and not elsewhere",
        ("在APP买过、别的渠道没买过 -> only app",),
    ),
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective? ~ n=negation ~ o=function.pronoun.other ~ d=dimension",
            "a=clauses ~ j=connective? ~ n=negation ~ o=elsewhere.any",
            "a=clauses ~ j=connective? ~ o=elsewhere.no",
        ),
        _nowhere_else,
        -1.2,
        "deed there and nowhere else",
        ("bought in stores and nowhere else -> only store",),
    ),
    Rule(
        "clauses",
        (
            "a=clauses ~ j=connective? ~ s=function.sequence.after ~ k=connective.and? ~ b=clauses",
            "a=clauses ~ j=connective? ~ b=clauses ~ s=function.sequence.after",
            "a=clauses ~ j=connective? ~ n=negation ~ s=function.sequence.after",
        ),
        _afterwards,
        -1.6,
        "deed in the time after another",
        ("双11买过、之后再没买过 -> two", "bought on Double 11 and not since -> two"),
    ),
    Rule("clauses", ("r=ask ~ c=clauses", "r=function.pronoun.relative ~ c=clauses"), _who, -1.4, WHO_DID_IT),
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
        ("c=clauses ~ j=connective ~ k=condition ~ w=when", "c=clauses ~ j=connective ~ w=when ~ k=condition"),
        _so_often,
        -1.2,
        "deed so often in another time",
        ("no orders this year, at least 3 last year -> two",),
    ),
)
