"""What is built once and used by every question: the model, the engine, the layer, the translator.

`open_services` reads files; everything after it is given. The translator is built on the values of the day's data.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from chat_service.access.admission import anonymous_reader
from chat_service.asking import Stage, TranslatorName
from chat_service.model_opening import fitted_model, opened_model
from chat_service.outcomes import Answerable, Assumption, Outcome, Question, Reading
from chat_service.present.finding import Finding
from chat_service.settings import Settings, named_database
from chat_service.translate.agent.sure import is_sure
from chat_service.translate.agent.usage import Usage
from chat_service.translate.grammar.parse import language_of
from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.replies.sentences import assumption_text
from chat_service.translate.second import SecondReader, asked_if_unsure
from semantic_layer import (
    Caller,
    Engine,
    EngineError,
    FieldWithheld,
    HuitouError,
    Layer,
    Model,
    NoticesChanges,
    QueryError,
    Reader,
    Request,
    Values,
    Withheld,
    collection_paused,
    open_engine,
)

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from chat_service.translate.agent.examples import Example
    from chat_service.translate.agent.recording import Recorder, ReplayTransport
    from chat_service.translate.agent.together import Together

_KEPT = 32  # services for readers who see different things, at most
_DAYS = 4  # other todays than the data's, at most
_READ = 2_000  # questions that were read before, at most


@dataclass(frozen=True, eq=False)
class Services:
    """Everything that answering a question needs. `clock` counts seconds, for timings only.

    `is_public` says that the asker is not the operator: what quotes the database or names a place is not told to them.
    `recorder` writes down what goes to the language model, `replay` answers in its place.
    """

    settings: Settings
    model: Model
    engine: Engine
    clock: Callable[[], float]
    is_public: bool = False
    recorder: Recorder | None = None
    replay: ReplayTransport | None = None
    # suggested questions by language, meaning, kind of period and rights of the reader: whether they are answered so
    suggestible: dict[tuple[object, ...], bool] = field(default_factory=dict)
    # for whom these are, and the services for everybody that they are of; None where nothing is hidden from anybody
    seen_as: Reader | None = None
    whole: Services | None = None
    # of this opening of the database, which is opened anew when it has changed
    opening: str = field(default_factory=lambda: uuid.uuid4().hex)
    _seen: dict[Layer, Services] = field(default_factory=dict)
    _days: dict[date, Layer] = field(default_factory=dict)
    _days_lock: threading.Lock = field(default_factory=threading.Lock)
    _read: OrderedDict[Question, Outcome] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def for_reader(self, reader: Reader) -> Services:
        """The services as a reader of the model's policies and field rules has them: with a layer and a translator that
        know of no value but those which the reader may see. Readers who see the same share them.

        Raises QueryError (`attribute_missing`) where what the reader may see cannot be told, EngineError.
        """
        if self.whole is not None or not (self.model.policies or self.model.field_rules):
            return self
        layer = self.layer.as_seen_by(reader)
        with self._lock:
            if layer not in self._seen:
                while len(self._seen) >= _KEPT:
                    self._seen.pop(next(iter(self._seen)))
                self._seen[layer] = Services(
                    self.settings,
                    self.model,
                    self.engine,
                    self.clock,
                    self.is_public,
                    self.recorder,
                    self.replay,
                    seen_as=reader,
                    whole=self,
                )
            return self._seen[layer]

    @cached_property
    def layer(self) -> Layer:
        """The layer at the default today. Raises EngineError when first used on a broken database."""
        if self.whole is not None and self.seen_as is not None:
            return self.whole.layer.as_seen_by(self.seen_as)
        return self._layer_on(self.settings.as_of)

    def layer_at(self, as_of: date | None) -> Layer:
        """The layer on a day; None is the default."""
        if as_of is None or as_of == self.layer.as_of:
            return self.layer
        whole = self if self.whole is None else self.whole
        with whole._days_lock:
            if as_of not in whole._days:
                while len(whole._days) >= _DAYS:
                    whole._days.pop(next(iter(whole._days)))
                whole._days[as_of] = self._layer_on(as_of)
            layer = whole._days[as_of]
        return layer if self.seen_as is None else layer.as_seen_by(self.seen_as)

    def layer_of_rows(self, most: int) -> Layer:
        """The layer at the default today whose tables have so many rows at most, in place of the settings' number."""
        chosen = self.settings
        return Layer(self.model, self.engine, self.layer.as_of, max_rows=most, max_cells=chosen.max_cells)

    def layer_of_all_rows(self, as_of: date | None) -> Layer:
        """The layer on a day for an export, whose tables are not cut at the rows of an answer."""
        day, most = self.settings.as_of if as_of is None else as_of, self.settings.export_rows
        return Layer(self.model, self.engine, day, max_rows=most, max_cells=max(self.settings.max_cells, most))

    @cached_property
    def translator(self) -> OfflineTranslator:
        """The rules and the learned reader beside them, which need no key and no network."""
        with collection_paused():
            return OfflineTranslator(self.model, self._values, SecondReader(self.model, self._compiles))

    def _compiles(self, request: Request, today: date) -> bool:
        """Whether a request can be answered, unrun."""
        try:
            self.layer_at(today).prepare(request, self.reader)
        except (QueryError, EngineError):
            return False
        return True

    def _values(self, name: str, search: str = "") -> Values:
        """The values that words of a question may be: none of a field that is withheld."""
        try:
            return self.layer.values(name, search, reader=self.reader)
        except QueryError as error:
            if all(isinstance(each, Withheld | FieldWithheld) for each in error.problems):
                return Values((), is_complete=True)
            raise

    @property
    def has_model(self) -> bool:
        """Whether there is a language model to read with."""
        return self.settings.llm_api_key is not None

    @cached_property
    def together(self) -> Together:
        """The rules and the language model; opened when first asked for. Raises HuitouError."""
        # not imported above: what it stands on takes longer to import than a question to answer
        opening = import_module("chat_service.translate.agent.opening")
        found: Together = opening.open_together(
            self.settings,
            self.translator,
            self.layer_at,
            self.reader,
            self.clock,
            verified=self.verified,
            recorder=self.recorder,
            transport=self.replay,
        )
        return found

    def warm_up(self) -> None:
        """Open the language model where there is one, so that no question waits for it. Raises HuitouError."""
        if self.has_model:
            with self._lock:
                assert self.together.agent.prefix, "a model is told something"

    def model_usage(self) -> Usage:
        """What the language model's calls took so far."""
        opened = (each for each in (self, *self._seen.values()) if "together" in vars(each))
        return sum((each.together.agent.spent for each in opened), Usage())

    def model_meters(self) -> tuple[CollectorRegistry, ...]:
        """What the language model's calls came to, if any was opened."""
        return (self.together.agent.meters.registry,) if "together" in vars(self) else ()

    @cached_property
    def verified(self) -> tuple[Example, ...]:
        """The questions that people verified. Raises HuitouError."""
        path = self.settings.verified_path
        if path is None or not (path.exists() or self.settings.verified_questions):
            return ()
        # not imported above: a command without such a file does not wait for what reads one
        examples = import_module("chat_service.translate.agent.examples")
        found: tuple[Example, ...] = examples.verified_examples(path, self.layer, self.reader)
        return found

    def read(
        self,
        question: Question,
        translator: TranslatorName = "auto",
        on_stage: Callable[[Stage], None] = lambda _: None,
    ) -> Outcome:
        """What a question asks for, by whoever is to read it: a verified question, the rules, the language model."""
        known = next((each for each in self.verified if each.asks(question.text)), None)
        if known is not None:
            language = language_of(question.text, question.language)
            told = (Assumption("verified", assumption_text("verified", (), language)),)
            reading = Reading(language, basis=("verified",), assumptions=told, translator="verified")
            return Answerable(known.built(question.today), reading)
        chosen = self.settings.translator if translator == "auto" else translator
        if chosen == "offline":
            return self._by_rules(question)
        if not self.has_model:
            return self._by_rules(question)
        if chosen == "auto" and not self.settings.llm_check and "together" not in vars(self):
            first = self.translator.translate(question)
            if is_sure(first, self.settings.llm_threshold):
                return first  # a single question does not wait for a model that it does not need
        caller = Caller.current()
        with self._lock:
            together = self.together
        return together.translate(question, chosen, on_stage, lambda: caller is not None and caller.has_left)

    def _by_rules(self, question: Question) -> Outcome:
        """What the rules make of a question: the same each time that it is asked first in a conversation."""
        least = self.settings.rules_threshold
        if question.previous is not None:
            return asked_if_unsure(self.translator.translate(question), question, least)
        with self._lock:
            found = self._read.get(question)
        if found is None:
            found = asked_if_unsure(self.translator.translate(question), question, least)
            with self._lock:
                self._read[question] = found
                while len(self._read) > _READ:
                    self._read.popitem(last=False)
        return found

    def worded(
        self, finding: Finding, reading: str, question: Question, on_stage: Callable[[Stage], None]
    ) -> str | None:
        """An answer's first sentence in the language model's words, where that is wanted and can be had."""
        if not (self.settings.llm_wording and self.has_model):
            return None
        caller = Caller.current()
        with self._lock:
            agent = self.together.agent
        return agent.worded(finding, reading, question, on_stage, lambda: caller is not None and caller.has_left)

    @property
    def reader(self) -> Reader:
        """Who asks when nobody is named: the anonymous reader, as the settings describe them."""
        return anonymous_reader(self.settings) if self.seen_as is None else self.seen_as

    def close(self) -> None:
        """Let go of the database, and of the language model."""
        for each in (self, *self._seen.values()):
            if "together" in vars(each):
                each.together.agent.close()
        self.engine.close()

    def _layer_on(self, as_of: date | None) -> Layer:
        chosen = self.settings
        # what cannot be told to be another than it was is asked every time
        kept = chosen.kept_cells if isinstance(self.engine, NoticesChanges) else None
        return Layer(
            self.model, self.engine, as_of, max_rows=chosen.max_rows, max_cells=chosen.max_cells, kept_cells=kept
        )


def open_services(settings: Settings, clock: Callable[[], float], *, is_public: bool = False) -> Services:
    """Read the model and open the database. Raises DefinitionsError, EngineError."""
    model = opened_model(settings.model)
    engine = open_engine(
        named_database(settings),
        memory_limit=settings.memory_limit,
        threads=settings.threads,
        timeout_seconds=settings.query_timeout_seconds,
        timezone=model.timezone,
    )
    try:
        return Services(settings, fitted_model(settings.model, model, engine), engine, clock, is_public)
    except HuitouError:
        engine.close()
        raise
