"""What a model is told: the constant prefix, and of one question what it needs beside it.

The prefix depends on the model's definitions alone. A question's message brings what the service found in it already:
its dates reckoned, the names and values in it, the request before, what the rules made of it, and a few examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from chat_service.language.dates.mention import DateMention
from chat_service.outcomes import Answerable, Choice, Clarification, Outcome, Question, Refusal
from chat_service.translate.agent.accounting import means_something
from chat_service.translate.agent.catalogue import Catalogue
from chat_service.translate.agent.catalogue_text import catalogue_text, is_whole
from chat_service.translate.agent.examples import Example, nearest_examples
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.kinds import kind_of, requests_text
from chat_service.translate.agent.periods import dates_in
from chat_service.translate.agent.tokens import estimated_tokens
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    FieldSense,
    ListSense,
    MetricSense,
    Sense,
    ValueSense,
)
from prompts import prompts
from semantic_layer import GRAINS, Period, Request

PREFIX_TOKENS, LARGE_PREFIX_TOKENS = 16_000, 18_000
MOST_OF_QUESTION, _MOST_EXAMPLES, _MOST_NEAR, _LONGEST_VALUE = 1_600, 3, 16, 60
_TOOLS_TOKENS = 1_057


def prefix_of(catalogue: Catalogue) -> str:
    """The standing instructions with conventions, types and the catalogue, within the budget of tokens."""
    fixed = {"conventions": prompts()["conventions"].text, "requests": requests_text()}
    around = estimated_tokens(prompts()["standing"].render({**fixed, "catalogue": ""})) + _TOOLS_TOKENS
    room = PREFIX_TOKENS - around
    if not is_whole(catalogue, room):
        room = LARGE_PREFIX_TOKENS - around
    return prompts()["standing"].render({**fixed, "catalogue": catalogue_text(catalogue, room)})


def is_shown_whole(catalogue: Catalogue, prefix: str) -> bool:
    """Whether the prefix tells all of the catalogue, so that nothing needs to be looked up for a question."""
    return is_whole(catalogue, PREFIX_TOKENS) and catalogue_text(catalogue, PREFIX_TOKENS) in prefix


def message_of(
    question: Question,
    ground: Ground,
    examples: tuple[Example, ...],
    hint: Outcome | None,
    *,
    whole: bool,
) -> str:
    """What is told of one question."""
    lines = [*_dates(question), *_names(question, ground)]
    if not whole:
        near = ground.finder.find(question.text, ("metric", "dimension", "behaviour", "list"), _MOST_NEAR)
        lines += ["Near in meaning:", *(f"- {each.kind} {each.line}" for each in near)]
    if question.previous is not None:
        lines.append(f"Request before (a follow-up changes it): {request_json(question.previous.request)}")
    lines += [*_pending(question), *_hint(hint)]
    shown = nearest_examples(question.text, examples, _MOST_EXAMPLES)
    while shown and estimated_tokens("\n".join([*lines, *_examples(shown)])) > MOST_OF_QUESTION:
        shown = shown[:-1]
    lines += _examples(shown)
    today = f"{question.today} ({question.today:%A})"
    asked = _quoted(question.text)
    return prompts()["question"].render({"today": today, "question": asked, "found": "\n".join(lines)})


def request_json(request: Request) -> str:
    """A request as a model would write it: nothing that is left at its default."""
    written = request.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    body = json.dumps(_without_origin(written), ensure_ascii=False, separators=(",", ":"))
    return f'{{"answer":"{kind_of(request).name}","request":{body}}}'


def _without_origin(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_origin(each) for key, each in value.items() if key != "origin" and each is not None}
    return [_without_origin(each) for each in value] if isinstance(value, list) else value


def _dates(question: Question) -> Iterator[str]:
    for mention in dates_in(question.text, question.today):
        said = _quoted(mention.text)
        yield f"Date {said} = {_date(mention)}"


def _date(mention: DateMention) -> str:
    if mention.kind == "rolling" and mention.calendar_period is not None and mention.unit in GRAINS:
        return f"{_period(mention.period)}; grouped by {mention.unit}: {_period(mention.calendar_period)}"
    if mention.kind in ("period", "rolling", "open", "duration") and mention.period is not None:
        return _period(mention.period)
    if mention.kind == "weekday_filter":
        return f"filter weekday in {list(mention.weekdays)}"
    return str(mention)


def _period(period: Period | None) -> str:
    if period is None:
        return "none"
    found = {"start": period.start, "end": period.end, "grain": period.grain}
    return json.dumps({key: str(each) for key, each in found.items() if each is not None})


def _names(question: Question, ground: Ground) -> Iterator[str]:
    seen: set[str] = set()
    mentions = ground.mentions(question)
    for mention in mentions:
        says = list(dict.fromkeys(said for sense in mention.senses if (said := _sense(sense))))
        if mention.text in seen or not says or (mention.is_filler and not means_something(mention, mentions)):
            continue
        seen.add(mention.text)
        yield f"Name {_quoted(mention.text)} can be: {'; '.join(says[:5])}"
        if mention.read_as is not None:
            yield f"  (read as {_quoted(mention.read_as)})"
    unknown = [mention for mention in mentions if not mention.senses]
    for mention in unknown[:3]:
        near = ground.nearest_values(mention.text, limit=2)
        if near and len(mention.text) > 1:
            said, like = (json.dumps(each, ensure_ascii=False) for each in (mention.text, near))
            yield f"Not known: {said}; values like it: {like}"


def _sense(sense: Sense) -> str:
    match sense:
        case MetricSense(name):
            return f"metric {name}"
        case DimensionSense(name):
            return f"dimension {name}"
        case ValueSense(dimension, value):
            shown = value[:_LONGEST_VALUE] if isinstance(value, str) else value
            return f"{dimension} = {json.dumps(shown, ensure_ascii=False)}"
        case BehaviourSense(name):
            return f"behaviour {name}"
        case ListSense(name):
            return f"population {name}"
        case FieldSense(field):
            return f"field {field}"
    return ""


def _pending(question: Question) -> Iterator[str]:
    """What was asked back last, with its choices: this may answer it, in other words than the service knows."""
    pending = question.pending if question.previous is None else question.previous.pending
    if pending is not None:
        choices = (f"{n}: {_choice(each)}" for n, each in enumerate(pending.choices, 1))
        yield f"Asked back about {_quoted(pending.subject)} (this may answer it): {' | '.join(choices)}"


def _choice(choice: Choice) -> str:
    return _quoted(choice.label) if choice.request is None else request_json(choice.request)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _hint(hint: Outcome | None) -> Iterator[str]:
    """What the service's rules made of it, which may be wrong."""
    match hint:
        case Answerable(request, reading):
            yield f"The rules' reading, which may be wrong ({', '.join(reading.basis)}): {request_json(request)}"
        case Clarification(_, subject, _, choices, _):
            readings = " | ".join(request_json(each.request) for each in choices if each.request is not None)
            yield f"The rules were in doubt about {_quoted(subject)}: {readings}"
        case Refusal(code, _, _, _, _):
            yield f"The rules could not read it ({code})."


def _examples(examples: tuple[Example, ...]) -> Iterator[str]:
    if examples:
        yield "Examples, asked on the same day:"
    for each in examples:
        yield f"- {_quoted(each.question)} -> {each.written()}"
