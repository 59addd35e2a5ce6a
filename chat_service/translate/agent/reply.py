"""What a model may reply, as data: one flat object, the same whether it comes as a tool call or as JSON in a text.

Comes in: what a server sent. Goes out: a `Reply`, of which nothing is believed yet, or the reasons why there is none.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from chat_service.translate.agent.kinds import KINDS, request_properties

RequestAnswer = Literal[
    "metrics", "list", "cohort", "funnel", "explain", "follows", "lift", "paths", "causes", "profile", "playbook"
]
Answer = Literal[RequestAnswer, "definition", "catalogue", "ask", "refuse"]
Json = dict[str, JsonValue]
TOOL = "reply"
# parts that are none: words that say nothing, words that say what the answer is for
NOTHING, PURPOSE = "none", "purpose"
MOST_CHOICES = 4
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


def _read_json(value: object) -> object:
    """An object that was written as text inside the JSON, as some models do."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _nothing_as_empty(value: object) -> object:
    return "" if value is None else value


def _nothing_as_none(value: object) -> object:
    return () if value is None or value == "" else _read_json(value)


Text = Annotated[str, BeforeValidator(_nothing_as_empty)]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Said(_Read):
    """A piece of the question and the part of the request that it made."""

    said: str
    part: Text = NOTHING


class Option(_Read):
    """One of the readings to choose from."""

    answer: RequestAnswer
    request: Annotated[Json, BeforeValidator(_read_json)]


class Reply(_Read):
    """A reply. What `answer` does not need is ignored."""

    answer: Answer
    request: Annotated[Json | None, BeforeValidator(_read_json)] = None
    words: Annotated[tuple[Said, ...], BeforeValidator(_nothing_as_none)] = ()
    about: Text = ""
    why: Text = ""
    choices: Annotated[tuple[Option, ...], BeforeValidator(_nothing_as_none)] = ()
    code: Text = ""
    metrics: Annotated[tuple[str, ...], BeforeValidator(_nothing_as_none)] = Field(())


class NoReplyError(ValueError):
    """What came is no reply; the sentences say why, for the model to mend."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def reply_schema() -> Json:
    """The arguments of the `reply` tool: plain objects, arrays and strings alone."""
    said: Json = {"type": "object", "properties": {"said": {"type": "string"}, "part": {"type": "string"}}}
    said["required"] = ["said", "part"]
    request: Json = {"type": "object", "properties": _json(request_properties())}
    named: list[JsonValue] = [kind.name for kind in KINDS]
    option: Json = {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": named}, "request": {"type": "object"}},
        "required": ["answer", "request"],
    }
    properties: Json = {
        "answer": {"type": "string", "enum": [*get_args(Answer)]},
        "request": request,
        "words": {"type": "array", "items": said},
        "about": {"type": "string"},
        "why": {"type": "string"},
        "choices": {"type": "array", "items": option},
        "code": {"type": "string"},
        "metrics": {"type": "array", "items": {"type": "string"}},
    }
    return {
        "title": TOOL,
        "description": "The one reply to the question.",
        "type": "object",
        "properties": properties,
        "required": ["answer", "words"],
    }


def read_reply(data: object) -> Reply:
    """The reply in the arguments of a tool call. Raises NoReplyError."""
    try:
        return Reply.model_validate(data)
    except ValidationError as error:
        reasons = (f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
        raise NoReplyError(*tuple(dict.fromkeys(reasons))[:6]) from error


def reply_in_text(text: str) -> Reply:
    """The reply in a text: the first JSON object that has an `answer`, whatever stands around it. Raises NoReplyError.

    >>> reply_in_text('Here it is: ```json\\n{"answer": "catalogue", "words": []}\\n```').answer
    'catalogue'
    """
    text = _THOUGHT.sub("", text)
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            found, _ = decoder.raw_decode(text, at)
        except ValueError:
            found = None
        if isinstance(found, dict) and isinstance(found.get("arguments"), dict | str):
            found = _read_json(found["arguments"])  # a tool call written out as text
        if isinstance(found, dict) and "answer" in found:
            return read_reply(found)
        at = text.find("{", at + 1)
    raise NoReplyError("no JSON object with `answer` in it")


def _json(value: dict[str, object]) -> Json:
    plain: Json = json.loads(json.dumps(value))
    return plain
