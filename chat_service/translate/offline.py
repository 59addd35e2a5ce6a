"""The offline translator: a question becomes a request, a question back, or a refusal, by rules alone.

    text -> parse -> frame -> decide -> Answerable | DefinitionAsked | CatalogueAsked | Clarification | Refusal

Never raises for any text; the same question on the same model gives the same outcome.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.folding import fold
from chat_service.outcomes import (
    Answerable,
    CatalogueAsked,
    Choice,
    Clarification,
    DefinitionAsked,
    Language,
    Outcome,
    Question,
    Refusal,
)
from chat_service.translate.checks.currency import refuse_other_currency
from chat_service.translate.checks.refusals import asked_metrics
from chat_service.translate.decide import CATALOGUE, Decision, Definitions, decide
from chat_service.translate.grammar.parse import Parsed, language_of, parse
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.replies.reading import make_reading
from chat_service.translate.replies.sentences import question_text, refusal_text, suggestion_text
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.senses import Mention
from chat_service.translate.stops import Denial, Doubt, StopError
from chat_service.translate.words.lexicon import Extended, Lexicon, add_text, build_lexicon
from chat_service.translate.words.mentions import cover
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.spelling import Speller
from chat_service.translate.words.values import ValueIndex, ValueSource
from semantic_layer import CohortQuery, FunnelQuery, MetricQuery, Model, Request

MAX_CHARACTERS = 2000
_SUGGESTED, _LEADING = 3, 8
_ENDS = " 。.?？!！"
_BETWEEN = " ,，、;；:："


class OfflineTranslator:
    """Translates questions about one model. `values` is the index of its values, or where to read them from."""

    def __init__(self, model: Model, values: ValueIndex | ValueSource | None = None) -> None:
        self._model = model
        self._index = values if isinstance(values, ValueIndex) else ValueIndex(model, values)
        self._structure = Structure(model)
        self._lexicon = build_lexicon(model)
        for text, sense in self._index.words():
            add_text(self._lexicon, text, sense)
        self._speller = Speller(self._lexicon, self._index)

    def translate(self, question: Question) -> Outcome:
        """What a question asks for."""
        language = language_of(question.text, question.language)
        if not any(character.isalnum() for character in fold(question.text[: MAX_CHARACTERS + 1]).text):
            return self._refused(Denial("empty_question"), None, question, language)
        if len(question.text) > MAX_CHARACTERS:
            return self._refused(Denial("too_long"), None, question, language)
        chosen = _pending_choice(question)
        if chosen is not None:
            return Answerable(chosen, make_reading(None, language))
        scope = self._scope(question, language)
        parsed = parse(question.text, scope, self._speller)
        assembly = Assembly(scope, self._index)
        try:
            refuse_other_currency(question.text, self._model)
            decision = decide(parsed, question, assembly)
        except StopError as stop:
            if isinstance(stop.reason, Denial):
                return self._refused(stop.reason, parsed, question, language)
            return self._asked(stop.reason, parsed, question, scope)
        return _outcome(decision, parsed, assembly, language)

    @property
    def values(self) -> ValueIndex:
        """The values of dimensions that it knows."""
        return self._index

    def mentions(self, question: Question) -> tuple[Mention, ...]:
        """The stretches of a question, with all that each can mean."""
        scope = self._scope(question, language_of(question.text, question.language))
        return cover(fold(question.text), scope.lexicon, question.today).mentions

    def _scope(self, question: Question, language: Language) -> Scope:
        """What the patterns may look at: with the values that a question names of dimensions too large to be held."""
        scope = Scope(self._model, self._structure, self._lexicon, question.today, language)
        if not self._index.incomplete:
            return scope
        folded = fold(question.text)
        unknown = [m for m in cover(folded, self._lexicon, question.today).mentions if not m.senses]
        pieces = [piece for mention in unknown for piece in _pieces(mention, folded.text)]
        values = self._index.looked_up(folded.text, pieces) if pieces else ()
        if not values:
            return scope
        more = Lexicon()
        for text, sense in values:
            add_text(more, text, sense)
        return replace(scope, lexicon=Extended(self._lexicon, more))

    def _refused(self, denial: Denial, parsed: Parsed | None, question: Question, language: Language) -> Refusal:
        message = refusal_text(denial.code, denial.subject, denial.nearest, language)
        suggestions = self._suggestions(denial, parsed, question, language)
        return Refusal(denial.code, message, suggestions, make_reading(parsed, language), denial.details)

    def _suggestions(
        self, denial: Denial, parsed: Parsed | None, question: Question, language: Language
    ) -> tuple[str, ...]:
        """Questions that can be answered: this one without the words at fault, then about what was asked and its
        nearest, else what the model is about.
        """
        metrics = self._model.metrics
        named = {m.label.in_language(language): name for name, m in metrics.items() if not m.definition.hidden}
        near = [named[label] for label in denial.nearest if label in named]
        asked = list(asked_metrics(parsed, self._model)) if parsed is not None else []
        main = self._structure.main_behaviour
        first = [name for name in (main.amount, main.metric) if name is not None] if main is not None else []
        first += [entity.counted_by for entity in self._model.entities.values() if entity.counted_by is not None]
        related = [name for name in named.values() if set(asked) & set(metrics[name].inputs)]
        related += [name for each in asked for name in metrics[each].inputs]
        leading = sorted(named.values(), key=lambda name: -sum(name in m.inputs for m in metrics.values()))
        found = list(self._without(denial.subject, question, language))
        tried = dict.fromkeys((*asked, *near, *related, *first, *leading[:_LEADING]))
        for name in (name for name in tried if not metrics[name].definition.hidden):
            label = metrics[name].label.in_language(language)
            text = label if metrics[name].is_stock else suggestion_text(label, language)
            if len(found) < _SUGGESTED and self._reads_as(text, name, question, language):
                found.append(text)
        return tuple(found)

    def _without(self, subject: str, question: Question, language: Language) -> tuple[str, ...]:
        """The question without the words at fault, where that is a request."""
        at = fold(question.text).text.find(fold(subject).text) if subject.strip() else -1
        if at < 0:
            return ()
        start, end = fold(question.text).span(at, at + len(fold(subject).text))
        before, after = question.text[:start].rstrip(), question.text[end:].lstrip()
        shorter = f"{before} {after}" if subject.isascii() else before + after.removeprefix("的")
        shorter = shorter.lstrip(_BETWEEN)
        scope = self._scope(replace(question, text=shorter), language)
        try:
            decision = decide(parse(shorter, scope, self._speller), question, Assembly(scope, self._index))
        except StopError:
            return ()
        return (shorter.strip(),) if decision.request is not None else ()

    def _reads_as(self, text: str, metric: str, question: Question, language: Language) -> bool:
        """Whether a question that would be offered is itself read as one about the metric."""
        scope = Scope(self._model, self._structure, self._lexicon, question.today, language)
        parsed, assembly = parse(text, scope, self._speller), Assembly(scope, self._index)
        try:
            decision = decide(parsed, Question(text, question.today), assembly)
        except StopError:
            return False
        return isinstance(decision.request, MetricQuery) and decision.request.metrics == (metric,)

    def _asked(self, doubt: Doubt, parsed: Parsed, question: Question, scope: Scope) -> Outcome:
        """A question back, whose choices are complete requests; the answer itself where only one reading holds."""
        language = scope.language
        found: list[tuple[Choice, Assembly]] = []
        last: Denial | None = None
        for option in doubt.options:
            assembly = Assembly(scope, self._index, fixed={doubt.start: option.name, -1: option.name})
            try:
                decision = decide(parsed, question, assembly)
            except StopError as stop:
                last = stop.reason if isinstance(stop.reason, Denial) else last
                continue
            if decision.request is None or any(choice.request == decision.request for choice, _ in found):
                continue
            message = _with_reading(parsed, doubt, option.label, language)
            found.append((Choice(option.name, option.label, message, decision.request), assembly))
        if len(found) == 1 and (request := found[0][0].request) is not None:
            return Answerable(request, make_reading(parsed, language, found[0][1]))
        if not found:
            return self._refused(last or Denial("not_supported", doubt.subject), parsed, question, language)
        choices = tuple(choice for choice, _ in found[:4])
        text = question_text(doubt.code, doubt.subject, language)
        return Clarification(doubt.code, doubt.subject, text, choices, make_reading(parsed, language))


def _outcome(decision: Decision, parsed: Parsed, assembly: Assembly, language: Language) -> Outcome:
    if isinstance(decision.request, CohortQuery | FunnelQuery):
        parsed = replace(parsed, unknown=())  # a journey has words of its own, all accounted for where it is read
    reading = make_reading(parsed, language, assembly, follow_up=decision.follow_up)
    if decision.request is not None:
        return Answerable(decision.request, reading)
    if isinstance(decision.other, Definitions):
        return DefinitionAsked(decision.other.metrics, reading)
    assert decision.other is CATALOGUE, "a decision is a request, definitions or the catalogue"
    return CatalogueAsked(reading)


def _pieces(unknown: Mention, text: str) -> tuple[str, ...]:
    """What a name in the database is looked for by: what is not understood, a lone character with its next."""
    if len(unknown.text) > 1:
        return tuple(unknown.text.split(" "))
    return text[max(0, unknown.start - 1) : unknown.end], text[unknown.start : unknown.end + 1]


def _pending_choice(question: Question) -> Request | None:
    """The request of the choice that the asker names in answer to a question back."""
    pending = question.previous.pending if question.previous is not None else None
    if pending is None:
        return None
    said = fold(question.text).text.strip(_ENDS)
    for choice in pending.choices:
        if said in (fold(choice.label).text, fold(choice.message).text, choice.id) and choice.request is not None:
            return choice.request
    return None


def _with_reading(parsed: Parsed, doubt: Doubt, label: str, language: Language) -> str:
    """The question as typed with the word in doubt replaced by what it is read as."""
    text = parsed.folded.original
    if doubt.end <= doubt.start:
        return label
    start, end = parsed.folded.span(doubt.start, doubt.end)
    if doubt.code == "which_measure":
        return f"{label}{text[start:end]}{text[end:]}" if language == "zh" else f"{text.rstrip(_ENDS)} by {label}"
    return text[:start] + label + text[end:]
