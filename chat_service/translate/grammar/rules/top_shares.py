"""The highest part of the customers: 消费最高的10%, top 10 % of customers by revenue, the 5 % who spent most."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Found, Rule
from chat_service.translate.grammar.categories import Amount, Clause, Clauses, Measure, Rank
from chat_service.translate.meaning.relations import Structure


def _share(found: Found) -> float | None:
    rank = found.one("r", Rank)
    return rank.percent if rank.direction in ("high", "best") and not rank.by_change else None


def _by_deed(found: Found) -> Clause | None:
    clause, share = found.one("c", Clause), _share(found)
    plain = not (clause.negated or clause.condition or clause.values or clause.share)
    beside = not found.passes("from", "of", "the", "by", "did")  # revenue from the top 10 %: of whom it is
    return replace(clause, share=share) if plain and beside and share is not None else None


def _who_did_most(found: Found) -> Clauses | None:
    """The 5 % of customers who spent the most."""
    both, rank, amount = found.one("c", Clauses), found.one("r", Rank), found.one("n", Amount)
    clause = both.clauses[0]
    plain = len(both.clauses) == 1 and not (clause.negated or clause.condition or clause.values or clause.share)
    most = rank.direction in ("high", "best") and rank.count == 1 and not (rank.stated or rank.by_change)
    part = "percent" in amount.units and 0 < amount.value < 1
    return Clauses((replace(clause, share=amount.value),), relative=True) if plain and most and part else None


def model_rules(structure: Structure) -> tuple[Rule, ...]:
    """Rules that look at the model's main deed, by which customers are ranked where nothing else is named."""
    main = structure.main_behaviour

    def by(metrics: tuple[str, ...], found: Found) -> Clause | None:
        share = _share(found)
        if main is None or share is None or not metrics:
            return None
        return Clause((main.name,), "", share=share, metrics=metrics)

    def by_measure(found: Found) -> Clause | None:
        measure = found.one("m", Measure)
        rates = any(structure.is_ratio(name) for name in measure.metrics if name in structure.model.metrics)
        return None if measure.statistic or rates else by(measure.metrics, found)

    def alone(found: Found) -> Clause | None:
        return by((main.amount,) if main is not None and main.amount is not None else (), found)

    def of_people(found: Found) -> Clauses | None:
        clause = _by_deed(found) if "c" in found.edges else by_measure(found)
        return Clauses((clause,), relative=True) if clause is not None else None

    return (
        Rule("clause", ("c=clause ~ r=ranking",), _by_deed, -0.8, "top share by a deed", ("消费最高的10% -> 0.1",)),
        Rule("clause", ("r=ranking",), alone, 0.2, "top share", ("前10% -> 0.1",), ("前10名",)),
        Rule(
            "clauses",
            ("r=ranking ~ e=entity ~ b=grouping.by ~ m=measure", "r=ranking ~ e=entity ~ b=grouping.by ~ c=clause"),
            of_people,
            -1.2,
            "top share of people",
            ("top 10% of customers by revenue -> 0.1",),
        ),
        Rule(
            "clauses",
            ("n=amount ~ e=entity ~ c=clauses ~ r=ranking", "n=amount ~ c=clauses ~ r=ranking"),
            _who_did_most,
            -1.2,
            "share of people who did most",
            ("the 5% of customers who spent the most -> 0.05",),
        ),
    )
