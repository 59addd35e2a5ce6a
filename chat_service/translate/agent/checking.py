"""A reply -> the outcome that it stands for, or everything that speaks against it.

The same doors as for any request: it must be built, its words must be those of the question, the layer must compile it.
Doubts (`soft`) are told once; a model that stands by its reply has looked again. Words that may be conditions are kept
as none only with a reason (`why`), and told to the asker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from chat_service.outcomes import (
    Answerable,
    CatalogueAsked,
    Choice,
    Clarification,
    DefinitionAsked,
    Language,
    Outcome,
    Question,
)
from chat_service.translate.agent.accounting import Account, account_for
from chat_service.translate.agent.building import UnbuildableError, built
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.parts import Part, parts_of
from chat_service.translate.agent.periods import dates_in, readings_of
from chat_service.translate.agent.readings import agent_reading, refusal_of
from chat_service.translate.agent.reply import MOST_CHOICES, Reply
from chat_service.translate.agent.witness import contradictions, numbers_unsaid, suspicions
from chat_service.translate.grammar.parse import language_of
from chat_service.translate.replies.sentences import question_text
from semantic_layer import AllOf, AnyOf, FieldFilter, Filter, MetricFilter, MetricQuery, NotOf, Period, Request

_EQUALS = ("=", "!=", "in", "not in")
REFUSALS = (
    "off_topic",
    "unknown_metric",
    "unknown_value",
    "unknown_word",
    "not_supported",
    "forecast",
    "statistic",
    "vague_period",
    "read_only",
)


@dataclass(frozen=True)
class Verdict:
    """What became of a reply: an outcome, or `hard` reasons that it cannot stand, and `soft` doubts about it.

    `unsaid` are words of the question that it leaves out; `meant` is a request that could be run, and of which
    every part has words.
    """

    outcome: Outcome | None = None
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = field(default=())
    meant: Request | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """All that speaks against it."""
        return (*self.hard, *self.soft)


def verdict_on(
    reply: Reply,
    question: Question,
    ground: Ground,
    *,
    prompt: str,
    insisted: bool = False,
    hint: Outcome | None = None,
) -> Verdict:
    """The verdict on a reply. `prompt` is the version of what the model was told, for the reading; `hint` is what the
    rules made of the question."""
    language = language_of(question.text, question.language)
    if reply.answer == "ask":
        return _asked(reply, question, ground, language, prompt)
    if reply.answer == "refuse":
        return _refused(reply, question, ground, language, prompt)
    if reply.answer in ("definition", "catalogue"):
        return _explained(reply, question, ground, language, prompt)
    try:
        request, filled = built(reply.answer, reply.request, question.today)
    except UnbuildableError as error:
        return Verdict(hard=error.reasons)
    rules = hint.request if isinstance(hint, Answerable) else None
    return _requested(request, filled, reply, question, ground, language, rules, prompt=prompt, insisted=insisted)


def _requested(
    request: Request,
    filled: tuple[str, ...],
    reply: Reply,
    question: Question,
    ground: Ground,
    language: Language,
    rules: Request | None,
    *,
    prompt: str,
    insisted: bool,
) -> Verdict:
    hard = [*ground.problems(request, question.today), *_unknown_values(request, ground)]
    parts = tuple(part for part in parts_of(request, ground.model) if not (filled and part.path == "period"))
    account = _account(reply, parts, question, ground)
    meant = None if hard or account.unmade else request
    mentions = ground.mentions(question)
    hard += _reasons(account)
    hard += contradictions(parts, _before(question, ground), account, mentions, ground)
    numbers = list(numbers_unsaid(request, parts, account, mentions, ground.model))
    hard += [says for is_another, says in numbers if is_another]
    suspected = dict(suspicions(parts, _before(question, ground), account, mentions, ground))
    soft = (
        *(f"{doubt}. Keep it only if you are sure, and say why in `why`." for doubt in suspected.values()),
        *(f"{says} Keep it only if you are sure." for is_another, says in numbers if not is_another),
        *_other_dates(account, parts, question, () if rules is None else parts_of(rules, ground.model)),
        *ground.doubts(request, question.today),
    )
    # a reason that came with the reply need not be asked for
    told = len(soft) == len(suspected) and all(word.lower() in (reply.why or "").lower() for word in suspected)
    kept = told or (insisted and (not suspected or bool(reply.why)))
    if hard or (soft and not kept):
        return Verdict(None, tuple(hard), soft, account.unsaid, meant)
    aside = tuple(word for word in suspected if word not in account.suspected)
    account = replace(account, aside=(*account.aside, *aside))
    reading = agent_reading(account, question, language, filled=filled, doubts=soft, prompt=prompt)
    return Verdict(Answerable(request, reading), soft=soft)


def _asked(reply: Reply, question: Question, ground: Ground, language: Language, prompt: str) -> Verdict:
    """A question back: two or more whole requests that differ, each of which can be answered."""
    hard: list[str] = _about(reply, question, needed=True)
    found: dict[Request, None] = {}
    for index, option in enumerate(reply.choices[:MOST_CHOICES]):
        try:
            request, _ = built(option.answer, option.request, question.today)
        except UnbuildableError as error:
            hard += [f"choices[{index}]: {reason}" for reason in error.reasons]
            continue
        wrong = (*ground.problems(request, question.today), *_unknown_values(request, ground))
        hard += [f"choices[{index}]: {reason}" for reason in wrong]
        found[request] = None
    if len(found) < 2 and not hard:
        hard.append("choices: ask needs 2 to 4 whole requests that differ")
    if hard:
        return Verdict(hard=tuple(hard))
    labels = [ground.restated(request, language, question.today) for request in found]
    choices = tuple(
        Choice(f"r{number}", label, label, request)
        for number, (label, request) in enumerate(zip(labels, found, strict=True), 1)
    )
    code = _code_of(tuple(found))
    text = question_text(code, reply.about, language)
    reading = agent_reading(None, question, language, prompt=prompt)
    return Verdict(Clarification(code, reply.about, text, choices, reading))


def _refused(reply: Reply, question: Question, ground: Ground, language: Language, prompt: str) -> Verdict:
    hard = _about(reply, question, needed=False)
    if reply.code not in REFUSALS:
        hard.append(f"code: one of {', '.join(REFUSALS)}")
    if hard:
        return Verdict(hard=tuple(hard))
    reading = agent_reading(None, question, language, prompt=prompt)
    subject = reply.about or question.text
    return Verdict(refusal_of(reply.code, subject, reply.metrics, ground.model, reading))


def _explained(reply: Reply, question: Question, ground: Ground, language: Language, prompt: str) -> Verdict:
    metrics = reply.metrics if reply.answer == "definition" else ()
    known = {*ground.model.metrics, *ground.model.cohorts, *ground.model.funnels}
    hard = [f"metrics: there is no metric '{name}'" for name in metrics if name not in known]
    if reply.answer == "definition" and not metrics:
        hard.append("metrics: name what is to be explained")
    parts = tuple(Part(f"metrics[{index}]", "metric", name, name) for index, name in enumerate(metrics))
    account = _account(reply, parts, question, ground)
    hard += _reasons(account)
    if hard:
        return Verdict(None, tuple(hard), (), account.unsaid)
    reading = agent_reading(account, question, language, prompt=prompt)
    outcome: Outcome = DefinitionAsked(metrics, reading) if metrics else CatalogueAsked(reading)
    return Verdict(outcome)


def _account(reply: Reply, parts: tuple[Part, ...], question: Question, ground: Ground) -> Account:
    metrics = (part.says for part in parts if part.says in ground.model.metrics)
    had = {part.says for part in parts if part.role in ("metric", "grouping")}
    had |= {name for metric in metrics for name in ground.model.metrics[metric].inputs}
    return account_for(
        question.text, reply.words, parts, ground.mentions(question), _before(question, ground), frozenset(had)
    )


def _before(question: Question, ground: Ground) -> tuple[Part, ...]:
    """The parts of the request that the question follows."""
    return () if question.previous is None else parts_of(question.previous.request, ground.model)


def _reasons(account: Account) -> list[str]:
    found = [f"words: '{said}' does not stand in the question" for said in account.strange if account.unmade]
    found += [f"words: '{said[:30]}…' is too long a piece: cut it at each part" for said in account.too_long]
    found += [
        f"{part.path} ({part.says}): no words of the question made it; name them in `words`, or leave the part out"
        for part in account.unmade
    ]
    found += [
        f"'{word}' means something and no part of the request says it: name the part that it made (`purpose` "
        "for a clause that says what the answer is for), change the request, or ask or refuse about it"
        for word in account.unsaid
    ]
    return found


def _about(reply: Reply, question: Question, *, needed: bool) -> list[str]:
    if not reply.about:
        return ["about: name the words in doubt"] if needed else []
    if reply.about.casefold() in question.text.casefold():
        return []
    return [f"about: '{reply.about}' does not stand in the question"]


def _code_of(requests: tuple[Request, ...]) -> str:
    measures = {each.metrics for each in requests if isinstance(each, MetricQuery)}
    return "ambiguous_metric" if len(measures) == len(requests) else "several_readings"


def _unknown_values(request: Request, ground: Ground) -> Iterator[str]:
    """Values that the data does not have: a request for them would count nothing and say 0."""
    filters = [*request.filters]
    if isinstance(request, MetricQuery):
        filters += [*request.keep, *request.show]
    for leaf in (each for condition in filters for each in _leaves(condition)):
        known = ground.known_values.get(leaf.field)
        if known is None or leaf.op not in _EQUALS:
            continue
        for value in leaf.values:
            if value not in known:
                near = ", ".join(ground.nearest_values(str(value), leaf.field, 3))
                yield f"{leaf.field}: has no value '{value}'. Nearest: {near or 'none; use find_values'}"


def _leaves(condition: Filter) -> Iterator[FieldFilter]:
    match condition:
        case FieldFilter():
            yield condition
        case MetricFilter(filters=inside) | AllOf(all=inside) | AnyOf(any=inside):
            for each in inside:
                yield from _leaves(each)
        case NotOf(negated=inner):
            yield from _leaves(inner)


def _other_dates(
    account: Account, parts: tuple[Part, ...], question: Question, rules: tuple[Part, ...]
) -> Iterator[str]:
    """Periods whose words the service reckons otherwise, and the rules too."""
    alike = {part.content for part in rules if isinstance(part.content, Period)}
    for mention in dates_in(question.text, question.today):
        readings = {(each.start, each.end) for each in readings_of(mention, question.today)}
        for part in parts:
            around = any(
                start <= mention.fstart and mention.fend <= end
                for start, end, named in account.placed
                if part.path == named
            )
            if not around or not readings or not isinstance(part.content, Period) or part.content in alike:
                continue
            if (part.content.start, part.content.end) not in readings:
                yield f"{part.path}: '{mention.text}' is {mention} here, not {part.says}. Keep it only if you are sure."
