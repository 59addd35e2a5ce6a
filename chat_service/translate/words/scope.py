"""What every pattern may look at: the model and what its expressions say, the day, the language."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from chat_service.outcomes import Language
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.words.lexicon import Lexicon
from chat_service.translate.words.vocabulary import words_for_anybody
from semantic_layer import Model

# of a question: a reading of it that is decided is about one, and its tokens add to that; each text that is read
_MOST_WORK, _READING, _OF_READING, _OF_TEXT = 120.0, 0.75, 1 / 80, 1 / 4


class SpentError(Exception):
    """A question that takes more work than any should."""


class Work:
    """What is still done for one question, whatever it says: counted, so that the same text always comes as far."""

    def __init__(self) -> None:
        self._left = _MOST_WORK

    def decide(self, tokens: int) -> None:
        """Raise SpentError where no further reading is decided."""
        self._spend(_READING + tokens * _OF_READING)

    def read(self, tokens: int) -> None:
        """Raise SpentError where no further text is read."""
        self._spend(tokens * _OF_TEXT)

    def _spend(self, amount: float) -> None:
        self._left -= amount
        if self._left < 0:
            raise SpentError


@dataclass(frozen=True)
class Scope:
    """Fixed for one question."""

    model: Model
    structure: Structure
    lexicon: Lexicon
    today: date
    language: Language
    work: Work = field(default_factory=Work, compare=False, repr=False)

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
