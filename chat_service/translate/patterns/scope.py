"""What every pattern may look at: the model and what its expressions say, the day, the language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chat_service.outcomes import Language
from chat_service.translate.lexicon import Lexicon
from chat_service.translate.structure import Structure
from semantic_layer.model import Model


@dataclass(frozen=True)
class Scope:
    """Fixed for one question."""

    model: Model
    structure: Structure
    lexicon: Lexicon
    today: date
    language: Language
