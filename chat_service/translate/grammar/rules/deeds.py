"""Deeds told by nouns: 下过3单, a complaint, no orders, placed 3 orders; a verb and what it counts may stand apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Bound, Clause, Clauses, Condition, Measure
from chat_service.translate.grammar.rules.amounts import is_number
from chat_service.translate.grammar.rules.clauses import comparison, with_object
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Ask, Names, Values, When, Word

PEOPLE_OF_DEED = "people of a deed"
_COUNTS = frozenset({"orders", "times", "each", "units"})


def _head_rules(structure: Structure, units: tuple[str, ...]) -> tuple[Rule, ...]:
    """A deed whose object stands apart from its verb: 下过3单, 一单没下."""

    def head(found: Found) -> Clause | None:
        """下过3单: the verb of a deed with its object behind a number."""
        name = found.one("h", Word).meaning
        clause = Clause((name,), found.one("h", Word).text)
        if found.edges.get("x") is not None:
            return replace(clause, negated=True)
        condition = comparison(found, clause)
        return replace(clause, condition=condition) if condition is not None and "orders" in condition.units else None

    def asked(found: Found) -> Measure | None:
        asks, word = found.one("a", Ask), found.one("h", Word)
        fits = "orders" in asks.what or asks.what == ("how_many",)
        return Measure((structure.model.behaviours[word.meaning].metric,), word.text + asks.text) if fits else None

    def none(found: Found) -> Clause | None:
        """一单都没有: none of what the main deed is counted in."""
        main, text = structure.main_behaviour, found.one("x", Word).text
        counted = main is not None and any(unit in text for unit in units)
        return Clause((main.name,), text, negated=True) if main is not None and counted else None

    return (
        Rule(
            "clause",
            (
                "h=deed_head ~ k=condition",
                "h=deed_head ~ n=amount",
                "op=prefix ~ h=deed_head ~ n=amount",
                "h=deed_head ~ x=negation.none",
                "x=negation.none ~ h=deed_head",
            ),
            head,
            -0.6,
            "deed with its object apart",
            ("下过3单以上 -> orders >= 3", "一单没下 -> not orders"),
        ),
        Rule("measure", ("h=deed_head ~ a=ask",), asked, -0.6, "deed with a quantity", ("下了几单 -> orders",)),
        Rule("clause", ("x=negation.none",), none, 0.2, "none of the main deed", ("一单都没有 -> not orders",)),
    )


def _single(found: Found, clause: Clause) -> Condition | None:
    """Placed a single order: just one; what is denied is denied of any."""
    single = found.passes(*word_set("single")) and not clause.negated
    return Condition("=", (1.0,), ("times",)) if single else None


def _of_people(found: Found) -> Clauses | None:
    """投诉客户: the noun of a deed right before people says that they did it."""
    clause = found.one("d", Clause)
    plain = clause.is_plain and not clause.values and not clause.text.isascii()
    return Clauses((clause,), relative=True) if plain else None


def _last(found: Found) -> Clause | None:
    """最后一次下单在90天以前, last ordered before March: then, and not since."""
    clause, when, op = found.one("c", Clause), found.one("w", When), found.said("op")
    plain = clause.is_plain and clause.when is None and not clause.same_period
    longer = op in ("gt", "ge") and when.date.kind == "open"
    return replace(clause, when=when, last=True, ever=False) if plain and (not op or longer) else None


def _valued(structure: Structure) -> Callable[[Found], Bound | None]:
    """What makes a bound of the rows that are counted one of what each of them amounts to."""

    def valued(found: Found) -> Bound | None:
        """Orders with net sales over 1000: what each of them amounts to is compared, not the sum of all."""
        measure, bound = found.one("m", Measure), found.one("b", Bound)
        amounts = {structure.amount_beside(name) for name in measure.metrics}
        if not found.passes(*word_set("worth_it")) or not amounts & set(bound.metrics):
            return None
        units = ("money", *(unit for unit in bound.condition.units if unit != "money"))
        return Bound(measure.metrics, (), replace(bound.condition, units=units), measure.text)

    return valued


def _scored(structure: Structure) -> Rule:
    """Gave us 9 or 10 on the NPS survey: a number that rows of one fact were answered with, and which rows."""
    model = structure.model

    def scored(found: Found) -> Clause | None:
        values, measure = found.get("v", Values), found.get("v", Measure)
        condition = comparison(found, Clause(()))
        homes = {model.dimensions[name].home.dataset for name in (values.candidates if values is not None else ())}
        named = [model.metrics[name].definition for name in (measure.metrics if measure is not None else ())]
        of = [(home, None) for home in homes] + [(each.dataset, each.filter) for each in named]
        if condition is None or set(condition.units) - {"points"} or len(of) != 1 or of[0][0] is None:
            return None
        if of[0][0] in {entity.dataset for entity in model.entities.values()}:
            return None
        facts = [f for f in model.datasets[of[0][0]].fields.values() if f.definition.role == "fact"]
        metrics = {name: model.metrics[each.metric].definition for name, each in model.behaviours.items()}
        done = [name for name, each in metrics.items() if (each.dataset, each.filter) == of[0]]
        if len(facts) != 1 or not done:
            return None
        condition = Condition(condition.op, condition.values)
        objects = (values,) if values is not None else ()
        return Clause(
            tuple(done[:1]), found.one("s", Word).text, False, condition, found.get("w", When), values=objects
        )

    return Rule(
        "clause",
        ("s=scoring ~ k=condition ~ w=when? ~ v=values|measure", "s=scoring ~ n=amount ~ w=when? ~ v=values|measure"),
        scored,
        -1.8,
        "answered with a number",
        ("gave us a 9 or 10 on the NPS survey -> survey_answers between 9 and 10",),
    )


def model_rules(structure: Structure, units: tuple[str, ...]) -> tuple[Rule, ...]:
    """A deed with the noun of what it counts: placed 3 orders, had no orders."""

    def noun(found: Found) -> Clause | None:
        clause, measure = found.one("c", Clause), found.one("m", Measure)
        names = [structure.model.behaviours[name] for name in clause.behaviours]
        fits = any(each.metric in measure.metrics or each.amount in measure.metrics for each in names)
        condition = _single(found, clause) or comparison(found, clause)
        asks = any(leaf.category == "ask" for leaf in found.edges["m"].leaves())  # 下单，共下了多少单: how many
        if not fits or asks or found.passes("by") or (found.edges.get("x") is not None and clause.negated):
            return None
        if found.edges.get("x") is not None:
            return replace(clause, negated=True)
        return replace(clause, condition=condition) if condition is not None else clause

    counted = {each.metric: name for name, each in reversed(tuple(structure.model.behaviours.items()))}

    def named(found: Found) -> Clause | None:
        """The noun of a deed: a complaint, orders; not the number of them."""
        measure = found.one("m", Measure)
        names = tuple(counted[metric] for metric in measure.metrics if metric in counted)
        return Clause(names[:1], measure.text) if names and not (measure.statistic or is_number(measure.text)) else None

    def had(found: Found) -> Clause | None:
        """Had a complaint, no orders, at least 3 orders."""
        clause = found.one("d", Clause)
        if found.passes(*word_set("possessive")):
            return None
        if found.edges.get("x") is not None:
            return None if found.said("x") == "nor" else replace(clause, negated=True, ever=found.said("x") == "never")
        condition = comparison(found, clause)
        counts = condition is None or not set(condition.units) - _COUNTS
        return replace(clause, condition=condition) if counts else None

    def headcount(found: Found) -> Bound | None:
        """客户不止200个: how many they are, compared."""
        condition, named, entities = found.one("k", Condition), found.get("e", Names), structure.model.entities
        known = [name for name in (named.names if named is not None else ()) if name in entities] or list(entities)
        of = entities[known[0]].counted_by if known else None
        counts = {"people", "each", "place"} & set(condition.units)
        return Bound((of,), (), condition) if of is not None and counts else None

    def another(found: Found) -> Clauses | None:
        """A store order and an app order: the second of a list of nouns."""
        both, clause = found.one("a", Clauses), found.one("d", Clause)
        listed = clause.values or found.passes("a", "an")
        return replace(both, clauses=(*both.clauses, clause)) if listed and not both.any else None

    of = with_object(structure)
    return (
        _scored(structure),
        Rule(
            "clause",
            (
                "l=last_time.last ~ c=clause|deed_noun ~ op=prefix? ~ w=when",
                "w=when ~ l=last_time.last ~ c=clause",
            ),
            _last,
            -1.8,
            "deed last done then",
            ("最后一次下单在90天以前 -> last", "last ordered before March -> last"),
        ),
        *_head_rules(structure, units),
        Rule("bound", ("e=entity ~ k=condition",), headcount, -0.5, "how many compared"),
        Rule("bound", ("m=measure ~ b=bound",), _valued(structure), -0.9, "each worth so much"),
        Rule("deed_noun", ("m=measure",), named, 0.0, "noun of a deed"),
        Rule("clauses", ("d=deed_noun e=entity",), _of_people, -0.6, PEOPLE_OF_DEED, ("投诉客户 -> complaints",)),
        Rule("deed_noun", ("v=values ~ c=deed_noun", "c=deed_noun ~ v=values"), of, -0.3, "deed of something"),
        Rule(
            "clause",
            (
                "h=possession.has ~ d=deed_noun",
                "h=possession.has ~ k=condition ~ d=deed_noun",
                "h=possession.has ~ n=amount ~ d=deed_noun",
                "h=possession.has ~ op=prefix.eq ~ n=amount ~ d=deed_noun",
                "k=condition ~ d=deed_noun",
                "n=amount ~ d=deed_noun",
                "x=negation ~ d=deed_noun",
                "d=deed_noun ~ k=condition",
            ),
            had,
            -0.3,
            "deed by its noun",
            ("有过投诉 -> complaints", "with a store order -> orders by store", "无登录记录 -> not logins"),
        ),
        Rule("clauses", ("a=clauses ~ j=connective.and ~ d=deed_noun",), another, -0.8, "another deed by its noun"),
        Rule(
            "clause",
            (
                "c=clause ~ k=condition ~ m=measure",
                "c=clause ~ n=amount ~ m=measure",
                "c=clause ~ op=prefix.eq ~ n=amount ~ m=measure",
                "c=clause ~ m=measure",
                "c=clause ~ x=negation ~ m=measure",
            ),
            noun,
            -0.5,
            "deed with its noun",
            ("placed 3 orders -> orders = 3",),
        ),
    )
