"""What is built once and used by every question: the model, the engine, the layer, the translator.

`open_services` reads files; everything after it is given. The translator is built on the values of the day's data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from chat_service.model_opening import opened_model
from chat_service.outcomes import Outcome, Question
from chat_service.settings import Settings, named_database
from chat_service.translate.offline import OfflineTranslator
from semantic_layer import ANONYMOUS, Engine, Layer, Model, Reader, open_engine


class Translator(Protocol):
    """Reads a question. Gives an outcome for any text whatever, never an exception."""

    def translate(self, question: Question) -> Outcome: ...


@dataclass(frozen=True, eq=False)
class Services:
    """Everything that answering a question needs. `clock` counts seconds, for timings only."""

    settings: Settings
    model: Model
    engine: Engine
    clock: Callable[[], float]

    @cached_property
    def layer(self) -> Layer:
        """The layer at the default today. Raises EngineError when first used on a broken database."""
        return self._layer_on(self.settings.as_of)

    def layer_at(self, as_of: date | None) -> Layer:
        """The layer on a day; None is the default."""
        return self.layer if as_of is None or as_of == self.layer.as_of else self._layer_on(as_of)

    @cached_property
    def translator(self) -> Translator:
        """The rules, which need no key and no network."""
        return OfflineTranslator(self.model, self.layer.values)

    @property
    def reader(self) -> Reader:
        """Who asks when nobody is named: the anonymous reader, as the settings describe them."""
        if self.settings.show_personal_fields:
            return Reader(ANONYMOUS.name, ANONYMOUS.policies, may_see_personal=True)
        return ANONYMOUS

    def close(self) -> None:
        """Let go of the database."""
        self.engine.close()

    def _layer_on(self, as_of: date | None) -> Layer:
        return Layer(self.model, self.engine, as_of, max_rows=self.settings.max_rows)


def open_services(settings: Settings, clock: Callable[[], float]) -> Services:
    """Read the model and open the database. Raises DefinitionsError, EngineError."""
    model = opened_model(settings.model)
    engine = open_engine(
        named_database(settings),
        memory_limit=settings.memory_limit,
        threads=settings.threads,
        timeout_seconds=settings.query_timeout_seconds,
    )
    return Services(settings, model, engine, clock)
