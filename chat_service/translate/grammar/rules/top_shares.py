"""The highest part of the customers: 消费最高的10%, top 10 % of customers by revenue, the 5 % who spent most."""

from __future__ import annotations

from chat_service.language.grammar.rule import Found, Rule
from chat_service.translate.grammar.categories import Clause, Clauses, Measure, Rank
from chat_service.translate.meaning.relations import Structure


def _share(found: Found) -> float | None:
    rank = found.one("r", Rank)
    return rank.percent if rank.direction in ("high", "best") and not rank.by_change else None


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
        clause = None if "c" in found.edges else by_measure(found)
        return Clauses((clause,), relative=True) if clause is not None else None

    return (
        Rule("clause", ("r=ranking",), alone, 0.2, "top share", ("前10% -> 0.1",), ("前10名",)),
        Rule(
            "clauses",
            ("r=ranking ~ e=entity ~ b=grouping.by ~ m=measure",),
            of_people,
            -1.2,
            "top share of people",
            ("top 10% of customers by revenue -> 0.1",),
        ),
    )
