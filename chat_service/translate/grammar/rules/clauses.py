"""What customers do: a verb with its own negation, period, count and objects, in any order; and several of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Clause, Clauses, Condition, Listed
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Ask, BehaviourSense, Names, Values, ValueSense, When, Word
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.vocabulary import phrase_keys
from semantic_layer import NumberOperator

_OPERATORS: dict[str, NumberOperator] = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "="}


def _twice(found: Found) -> Clause | None:
    """付款下单, 下单购买: one deed told by two verbs."""
    first, second = found.one("a", Names), found.one("b", Names)
    return Clause(first.names, first.text + second.text) if first.names == second.names else None


def _verbs(text: str) -> list[str]:
    """What a deed may be called by: the verb before its object; in Chinese, any two characters of it."""
    if text.isascii():
        return [lemma(text.partition(" ")[0])] if " " in text else []
    return [text[at : at + 2] for at in range(len(text) - 1)] if len(text) > 2 else []


def _not(found: Found) -> Clause | None:
    clause = found.one("c", Clause)
    ever = clause.ever or (found.said("n") == "never" and clause.when is None)
    if found.said("n") == "nor":
        return None  # it carries on the negation before it
    return None if clause.negated else replace(clause, negated=True, ever=ever)


def _only(found: Found) -> Clause | None:
    """只买过美妆, only bought beauty: that, and nothing else."""
    clause = found.one("c", Clause)
    beside = found.edges["o"].end == found.edges["c"].start and found.edges["c"].leaves()[0].category == "behaviour"
    said = beside and found.one("o", Word).text in word_set("only_done")
    bare = said and len(clause.values) == 1 and clause.is_plain and not clause.values[0].only
    return replace(clause, values=(replace(clause.values[0], only=True),)) if bare else None


def _nothing(found: Found) -> Clause | None:
    """Bought nothing: the negation of what it was done to."""
    word = found.one("n", Word)
    return _not(found) if is_nothing(word) else None


def is_nothing(word: Word) -> bool:
    """Whether a negation is of what a deed was done to: nothing, none."""
    return word.text in ("nothing", "none", "no") or word.meaning == "none"


def _dated(found: Found) -> Clause | None:
    """A time that is named bounds even what was never done, or was once: 去年从未登录, 近90天曾投诉."""
    clause, when = found.one("c", Clause), found.one("w", When)
    first = found.edges["c"].leaves()[0].meaning
    before = found.edges["w"].start < found.edges["c"].start
    if clause.when is not None or clause.same_period:
        return None
    if before and isinstance(first, Word) and first.text in word_set("leaving_undone"):
        return None  # viewed in May without adding to cart: the time is that of what was done
    return replace(clause, when=when, ever=False)


def _carries_on(found: Found) -> bool:
    """Whether the words between are 又, 还, 也, which join nothing here: 近90天又还下单, 在APP也买过."""
    words = [word for name in ("j", "k") if (word := found.get(name, Word)) is not None]
    return all(word.text in word_set("carries_on") for word in words)


def _carried(found: Found) -> Clause | None:
    return _dated(found) if _carries_on(found) else None


def _length(found: Found) -> Clause | None:
    """三个月没下单: a length of time beside what was not done is the time up to today."""
    clause, when = found.one("c", Clause), found.one("w", When)
    if clause.when is not None or when.date.period is None or not clause.negated:
        return None
    return replace(clause, when=when)


def _lately(found: Found) -> Clause | None:
    """30天内投诉过, ordered within two weeks: with no event to count from, the days up to today."""
    clause, when = found.one("c", Clause), found.one("w", When)
    text, inside = when.date.text, tuple(word_set("inside"))
    within = text.endswith(inside) if not text.isascii() else text.startswith(inside)
    if clause.when is not None or clause.negated or clause.same_period or when.date.period is None or not within:
        return None
    return replace(clause, when=when, ever=False)


def _lapsed(found: Found) -> Clauses | None:
    """Haven't ordered in over 90 days: who did once, and not in that time up to today."""
    clause = _length(found)
    if clause is None or clause.condition is not None or found.said("op") not in ("gt", "ge"):
        return None
    return Clauses((clause, replace(clause, negated=False, when=None, ever=True)))


def _same(found: Found) -> Clause | None:
    clause = found.one("c", Clause)
    return None if clause.when is not None or clause.same_period else replace(clause, same_period=True)


def _same_carried(found: Found) -> Clause | None:
    return _same(found) if _carries_on(found) else None


def _ever(found: Found) -> Clause | None:
    clause, word = found.one("c", Clause), found.one("e", Word)
    once = word.text in word_set("done_once")
    return clause if clause.when is not None else replace(clause, ever=True, once=once)


def comparison(found: Found, clause: Clause) -> Condition | None:
    """The condition that stands beside a clause that has none: a comparison, or a bare number."""
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


def _beyond(found: Found) -> Clause | None:
    """两例投诉以上, 3 orders or more: the word that compares stands behind what is counted."""
    clause, op = found.one("c", Clause), _OPERATORS.get(found.said("s"))
    condition = clause.condition
    if condition is None or op is None or condition.op != "=" or clause.negated:
        return None
    return replace(clause, condition=replace(condition, op=op))


def _listed(found: Found) -> Listed | None:
    names = found.one("l", Names)
    if found.said("n") == "none":
        return None  # 一单都没下的高价值客户: so many things they did
    return Listed(names.names[0], names.text, found.edges.get("n") is not None)


def _told_by(found: Found) -> Word | None:
    """多久没买算流失: after how long without it somebody is what follows, which asks what that means."""
    word = found.edges["s"].meaning
    long = {"long", "how_long"} & set(found.one("a", Ask).what) and found.one("c", Clause).negated
    counts = not isinstance(word, str) or word in word_set("counts_as")
    return Word("intent", "define", "") if long and counts else None


RULES = (
    Rule(
        "intent.define",
        ("a=ask ~ c=clause ~ s=function.light.ask|function.light.be_at|intent.define",),
        _told_by,
        -1.5,
        "state told by",
    ),
    Rule("clause", ("a=behaviour b=behaviour",), _twice, -0.3, "deed told twice", ("付款下单 -> orders",)),
    Rule("clause", ("n=negation ~ c=clause",), _not, -0.4, "deed not done", ("没登录 -> not logins",)),
    Rule("clause", ("o=only.only ~ c=clause",), _only, -0.3, "deed to that only", ("只买过美妆 -> only beauty",)),
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
        ("w=when ~ j=connective.and|connective.but ~ k=connective.and? ~ c=clause",),
        _carried,
        -0.6,
        "deed in a time, carried on",
        ("近90天又下单 -> orders",),
    ),
    Rule(
        "clause", ("w=date.duration ~ c=clause", "c=clause ~ w=date.duration"), _length, -0.5, "deed not done for long"
    ),
    Rule("clause", ("w=date.same_period ~ c=clause", "c=clause ~ w=date.same_period"), _same, -0.3, "deed then"),
    Rule(
        "clause",
        ("w=date.same_period ~ j=connective ~ k=connective? ~ c=clause",),
        _same_carried,
        -0.6,
        "deed then, carried on",
        ("同期又没下单 -> not orders then",),
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
    Rule(
        "clause",
        ("w=date.duration ~ c=clause", "c=clause ~ w=date.duration"),
        _lately,
        0.6,
        "deed in the days up to today",
        ("30天内投诉过 -> complaints in 30 days",),
    ),
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
    Rule(
        "clause", ("c=clause s=suffix",), _beyond, -0.8, "deed so often or more", ("3 orders or more -> orders >= 3",)
    ),
    Rule("clauses", ("c=clause",), lambda found: Clauses((found.one("c", Clause),)), 0.0, "deeds"),
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
        word = found.get("u", Names)
        if word is not None and word.text not in word_set("by_means"):
            return None
        if (word is None and found.passes("to")) or found.passes(*word_set("possessive")):
            return None
        if len(clause.values) > 1 or not values.candidates:
            return None
        of_people = [structure.entity_dimension(name) for name in values.candidates]
        if all(of_people):
            return None
        if any(set(values.candidates) & set(each.candidates) for each in clause.values):
            return None
        return replace(clause, values=(*clause.values, values))

    return of


def model_rules(structure: Structure, lexicon: Lexicon) -> tuple[Rule, ...]:
    """A deed with what it was done to, or in."""

    of = with_object(structure)

    def core(found: Found) -> Clause:
        """A deed; emailed us, 打电话来: the verb names in what it was done, where no more of it is the deed itself."""
        names = found.one("b", Names)
        metric = structure.model.metrics[structure.model.behaviours[names.names[0]].metric]
        dataset = structure.model.datasets.get(metric.definition.dataset or "")
        fields = dataset.fields if dataset is not None else {}
        for word in _verbs(names.text):
            senses = lexicon.senses(phrase_keys(word))
            own = any(isinstance(each, BehaviourSense) for each in senses)
            named = [each for each in senses if isinstance(each, ValueSense) and not (own or each.weak)]
            named = [each for each in named if each.dimension in fields]
            # 别人推荐来的: what people are themselves is no place of what they did
            if within := tuple(each for each in named if not structure.entity_dimension(each.dimension))[:1]:
                return Clause(names.names, names.text, values=(Values((within,), names.text),))
        return Clause(names.names, names.text)

    return (
        Rule("clause", ("b=behaviour",), core, 0.05, "deed", ("买过 -> orders", "emailed us -> tickets by email")),
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
            ("u=behaviour ~ v=values ~ c=clause", "c=clause ~ u=behaviour ~ v=values"),
            of,
            -1.6,
            "deed by means of something",
            ("used the app to order -> orders by app", "ordered using the app -> orders by app"),
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
