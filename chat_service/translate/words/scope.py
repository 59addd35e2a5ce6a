"""What every pattern may look at: the model and what its expressions say, the day, the language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from chat_service.outcomes import Language
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.vocabulary import words_for_anybody
from semantic_layer import Model


@dataclass(frozen=True)
class Scope:
    """Fixed for one question."""

    model: Model
    structure: Structure
    lexicon: Lexicon
    today: date
    language: Language

    @cached_property
    def entity_words(self) -> tuple[str, ...]:
        """The model's nouns for its entities, without the words that stand for any person."""
        pronouns = words_for_anybody()
        return tuple(
            word
            for entity in self.model.entities.values()
            for word in (entity.label.zh, entity.label.en, *entity.synonyms.zh, *entity.synonyms.en)
            if len(word) > 1 and word not in pronouns and word != "people"
        )
