"""A message that tells a story around its question: the question is read, the story is set aside, and that is told.

    clauses -> runs that may hold the question -> the first that reads -> what is left of it: background, or in doubt

Nothing of the story is dropped silently: what may be a condition is asked about, what is pointed at is taken and told,
and where the story may turn the question, the question alone is only offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chat_service.language.folding import Folded, fold
from chat_service.language.phrases import clauses as joined
from chat_service.language.phrases import listed
from chat_service.language.words.tables import word_set
from chat_service.outcomes import (
    Answerable,
    Assumption,
    Choice,
    Clarification,
    DefinitionAsked,
    Language,
    Outcome,
    Reading,
    Span,
)
from chat_service.translate.background.cut import Clause, cut, is_one, runs
from chat_service.translate.background.judge import Stretch, may_be_told, states, whole_words
from chat_service.translate.background.named import (
    Named,
    Pointer,
    dimensions_in,
    does_of_asker,
    fits,
    is_of_asker,
    is_wished,
    kinds_in,
    named_in,
    pointer,
)
from chat_service.translate.replies.sentences import assumption_text, beside_text, question_text
from chat_service.translate.senses import ListSense, Mention, ValueSense
from chat_service.translate.words.lattice import Lattice, mentions
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.spelling import replaced
from semantic_layer import ListQuery, Request

Reads = Callable[[Folded], Outcome | None]
Found = Answerable | DefinitionAsked | Clarification
_MOST_CHOICES = 4
_MARKS = " ,.;:!?-。、"
_CLAUSES = re.compile(r"[。?!;,]|\. ")


@dataclass(frozen=True)
class _Message:
    """A message around its question: the clauses, and those from `first` to `last` that are the question."""

    text: Lattice
    clauses: tuple[Clause, ...]
    first: int
    last: int
    scope: Scope

    @property
    def language(self) -> Language:
        return self.scope.language

    @property
    def own(self) -> tuple[Mention, ...]:
        """What the question is made of, without a word that only leads on to it."""
        parts = tuple(part for clause in self.clauses[self.first : self.last] for part in clause.parts)
        return parts[1:] if parts[0].text in word_set("leads_on") and len(parts) > 1 else parts

    @property
    def core(self) -> Folded:
        return _part(self.text.folded, self.own[0].start, self.own[-1].end)

    @property
    def told(self) -> tuple[Clause, ...]:
        return self.clauses[: self.first] + self.clauses[self.last :]

    def folded(self, named: Named) -> str:
        return self.text.folded.text[named.start : named.end]

    def typed(self, named: Named) -> str:
        return self.text.folded.typed(named.start, named.end)

    def stretches(self) -> Iterator[Stretch]:
        """What is told, cut at the ends of sentences."""
        for side, behind in ((self.clauses[: self.first], False), (self.clauses[self.last :], True)):
            for sentence in dict.fromkeys(clause.sentence for clause in side):
                told = [clause for clause in side if clause.sentence == sentence]
                shared = {clause.sentence for clause in self.clauses[self.first : self.last]}
                parts = tuple(part for clause in told for part in clause.parts)
                in_question = sentence in shared
                yield Stretch(parts, told[-1].asked and (behind or not in_question), not in_question, behind)


def beside_background(text: Lattice, scope: Scope, reads: Reads, whole: Request | None = None) -> Outcome | None:
    """What a message asks for whose question is a part of it; None where no part of it can be told from the rest.

    `whole` is what it asks for where it was read as a whole, but for some words.
    """
    clauses = cut(text.folded, mentions(text, scope.lexicon))
    for first, last in runs(clauses) if len(clauses) > 1 else ():
        if whole is not None and any(clause.unknown for clause in clauses[first:last]):
            return None
        message = _Message(text, clauses, first, last, scope)
        outcome = reads(message.core)
        known = outcome if isinstance(outcome, Answerable | DefinitionAsked | Clarification) else None
        settled = _settled(message, known, reads)
        if settled is not None or known is not None:
            return settled if whole is None else _or_whole(message, settled, whole)
    return None


def is_felt_beside(text: Lattice) -> bool:
    """Whether a clause of a message opens with what somebody feels, and another does not."""
    clauses = [each.strip(_MARKS) for each in _CLAUSES.split(text.folded.text)]
    feels, asks = tuple(word_set("felt") - word_set("whether")), tuple(word_set("looks_at"))  # look at this year
    felt = [each.startswith(feels) and not each.startswith(asks) for each in clauses if each]
    return any(felt) and not all(felt)


def lends_nothing(text: Lattice, scope: Scope) -> bool:
    """Whether a clause says what the asker is, or what others wish: it lends nothing to a question beside it."""
    if is_one(text.folded):
        return False
    clauses = cut(text.folded, mentions(text, scope.lexicon))
    said = [(c.parts, at) for c in clauses for at, part in enumerate(c.parts)]
    tells = (
        (_describes(parts[at]) and is_of_asker(parts, at)) or does_of_asker(parts, at) or is_wished(parts, at)
        for parts, at in said
    )
    return len(clauses) > 1 and any(tells)


def _describes(part: Mention) -> bool:
    return any(isinstance(sense, ValueSense | ListSense) for sense in part.senses)


def _or_whole(message: _Message, alone: Outcome | None, whole: Request) -> Outcome | None:
    """The question alone where the whole asks for no more; both where the whole has more of another sentence."""
    match alone:
        case Answerable(request=request, reading=reading):
            text = message.core.typed(0, len(message.core.text)).strip()
            choices: tuple[Choice, ...] = (Choice("alone", text, text, request),)
        case Clarification(choices=(Choice(request=request), *_) as choices, reading=reading):
            pass
        case _:
            return None
    told = tuple(message.stretches())
    if request == whole or all(stretch.is_felt and (stretch.alone or not stretch.behind) for stretch in told):
        return alone
    if not all(stretch.alone for stretch in told):
        return None
    typed = message.text.folded.original
    if all(choice.request != whole for choice in choices):
        choices = (*choices[: _MOST_CHOICES - 1], Choice("whole", typed, typed, whole))
    asked = question_text("background", _said(message), message.language)
    return Clarification("background", _said(message), asked, choices, reading)


def _settled(message: _Message, outcome: Found | None, reads: Reads) -> Outcome | None:
    """What becomes of a question that was read alone, or that only reads with what its pronoun stands for."""
    points = pointer(message.core.text, message.own)
    if points is None and outcome is None:
        return None
    told = [part for stretch in message.stretches() for part in whole_words(stretch.parts, message.scope.lexicon)]
    own = kinds_in(_but(points, message)) | dimensions_in(message.own)
    candidates = tuple(each for each in named_in(told) if not each.kinds & own)
    barred = [s for s in message.stretches() if not may_be_told(s, message.own, message.scope.lexicon)]
    if barred:
        within = [stretch for stretch in barred if not stretch.alone and stretch.names]
        halved = any(stretch.behind or not states(stretch, message.scope.lexicon) for stretch in within)
        return None if halved else _offered(message, outcome, candidates, reads, barred=True)
    if points is not None:
        return _pointed(message, points, candidates, outcome, reads)
    if candidates and isinstance(outcome, Answerable):
        asked = _offered(message, outcome, candidates, reads)
        serves = all(each.parts[0].text in word_set("serves") for each in message.stretches())
        if not serves or (isinstance(asked, Clarification) and len(asked.choices) > 1):
            return asked  # what the answer is for can be no condition of a question that does not read with it
    return outcome and replace(outcome, reading=_told(message, outcome.reading))


def _but(points: Pointer | None, message: _Message) -> tuple[Mention, ...]:
    """The question without the word that points."""
    if points is None:
        return message.own
    base = message.own[0].start
    return tuple(p for p in message.own if p.end - base <= points.start or p.start - base >= points.end)


def _pointed(
    message: _Message, points: Pointer, candidates: tuple[Named, ...], outcome: Found | None, reads: Reads
) -> Outcome | None:
    """What a pronoun stands for is taken where there is one thing that it can be; else it is asked."""
    fitting = tuple(each for each in candidates if fits(points, each))
    others = tuple(each for each in candidates if each not in fitting)
    sure = len(fitting) == points.count and not any(each.described for each in fitting) and not others
    for text in _stood_for(points, fitting, message) if sure else ():
        found = reads(text)
        if isinstance(found, Answerable):
            said = listed((message.typed(each) for each in fitting), message.language)
            word = message.core.typed(points.start, points.end)
            stands = Assumption("stands_for", assumption_text("stands_for", (word, said), message.language))
            reading = _told(message, found.reading)
            return replace(found, reading=replace(reading, assumptions=(stands, *reading.assumptions)))
    return _offered(message, outcome, fitting or others, reads)


def _stood_for(points: Pointer, fitting: tuple[Named, ...], message: _Message) -> Iterator[Folded]:
    """The question with what a pronoun stands for in its place."""
    said = beside_text("and", message.language).join(message.folded(each) for each in fitting)
    core = message.core
    for form in ("in", "bare") if points.points_at == "place" else ("bare",):
        yield replaced(core, points.start, points.end, beside_text(form, message.language, said))


def _offered(
    message: _Message, outcome: Found | None, candidates: tuple[Named, ...], reads: Reads, *, barred: bool = False
) -> Outcome | None:
    """The question alone as a ready choice, and with what may be a condition of it."""
    if not isinstance(outcome, Answerable):
        return None
    text = message.core.typed(0, len(message.core.text)).strip()
    lists_all = (
        isinstance(outcome.request, ListQuery) and not outcome.request.filters
    )  # 请列出这些客人: not all there are
    choices = [] if lists_all else [Choice("alone", text, text, outcome.request)]
    typed = tuple(dict.fromkeys(message.typed(each) for each in candidates))
    together = (beside_text("and", message.language).join(typed),) if len(typed) > 1 else ()
    for number, each in enumerate((*together, *typed), 1):
        with_it = beside_text("first", message.language, each, text)
        found = reads(fold(with_it)) if len(choices) < _MOST_CHOICES else None
        if isinstance(found, Answerable) and all(found.request != choice.request for choice in choices):
            choices.append(Choice(f"with_{number}", with_it, with_it, found.request))
    if not choices:
        return None
    both = (lists_all or len(choices) > 1) and not barred
    subject = listed(typed, message.language) if both else _said(message)
    code = "background_counts" if both else "background"
    asked = question_text(code, subject, message.language)
    return Clarification(code, subject, asked, tuple(choices), outcome.reading)


def _told(message: _Message, reading: Reading) -> Reading:
    """The reading with what was set aside told in it."""
    assumption = Assumption("background", assumption_text("background", (_said(message),), message.language))
    folded = message.text.folded
    spans = list(reading.spans)
    for clause in message.told:
        start, end = folded.span(clause.start, clause.end)
        spans.append(Span(folded.original[start:end], start, end, "filler", ""))
    return replace(
        reading,
        spans=tuple(sorted(spans, key=lambda span: span.start)),
        assumptions=(*reading.assumptions, assumption),
        basis=(*reading.basis, "background"),
    )


def _said(message: _Message) -> str:
    """What is told, as it was typed."""
    folded = message.text.folded
    sides = (message.clauses[: message.first], message.clauses[message.last :])
    return joined((folded.typed(side[0].start, side[-1].end).strip(_MARKS) for side in sides if side), message.language)


def _part(folded: Folded, start: int, end: int) -> Folded:
    return Folded(folded.original, folded.text[start:end], folded.starts[start:end], folded.ends[start:end])
