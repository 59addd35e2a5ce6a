"""Which metrics count those who did something again: before the period as well, or twice in it."""

from __future__ import annotations

from sqlglot import exp

from chat_service.translate.meaning.relations import Structure


def again_in(structure: Structure, people: str) -> tuple[str | None, str | None]:
    """Of the people whom a metric counts: who were so before the period as well, and who were so twice within it."""
    metrics, rows = structure.model.metrics, structure.stands_on(people)
    alike = [name for name in metrics if structure.one_each(name) and structure.stands_on(name) == rows]
    before = next((name for name in alike if structure.looks_back(name)), None)
    return before, next((name for name in alike if _is_twice(metrics[name].expression)), None)


def _is_twice(expression: exp.Expr | None) -> bool:
    bounds = [each.expression for each in expression.find_all(exp.GTE)] if expression is not None else []
    return [each.name for each in bounds] == ["2"]
