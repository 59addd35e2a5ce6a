"""Whether the rules need no model for a question. Stands alone, so that nothing of a model is imported to find out."""

from __future__ import annotations

from chat_service.outcomes import Answerable, CatalogueAsked, DefinitionAsked, Outcome


def is_sure(outcome: Outcome, threshold: float) -> bool:
    """Whether every word is accounted for, and the rules are confident enough."""
    if not isinstance(outcome, Answerable | DefinitionAsked | CatalogueAsked):
        return False
    reading = outcome.reading
    return not reading.unused and "read_alike" not in reading.basis and reading.confidence >= threshold
