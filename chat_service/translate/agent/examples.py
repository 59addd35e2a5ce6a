"""Questions with the requests that they mean: the model's own and those that people verified, shown where they are
near.

A file of them is YAML: `question`, `answer`, `request`, with periods in words, so that an example holds on every day.
Of a model's examples those are kept whose requests it can answer.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from rapidfuzz import fuzz

from chat_service.language.folding import fold
from chat_service.translate.agent.building import UnbuildableError, built
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.reply import Json
from semantic_layer import HuitouError, Layer, Problem, QueryError, Reader, Request, problem

_SHIPPED = Path(__file__).with_name("examples.yaml")


@problem("unreadable_examples", zh="{where}：{reason}", en="{where}: {reason}")
class UnreadableExamples(Problem):
    """A file of verified questions that cannot be read, or a request in it that the model cannot answer."""

    where: str
    reason: str


class ExamplesError(HuitouError):
    """Verified questions cannot be used: for the operator."""


class Example(BaseModel):
    """A question and the request that it means; the day on which it was verified, and the digest of its statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    answer: str = "metrics"
    request: Json
    as_of: date | None = None
    digest: str = ""

    def built(self, today: date) -> Request:
        """The request on a day. Raises UnbuildableError."""
        return built(self.answer, self.request, today)[0]

    def asks(self, text: str) -> bool:
        """Whether a text asks just this, whatever its case, width and closing marks."""
        return _bare(text) == _bare(self.question)

    def written(self) -> str:
        """As a model writes it; the periods stay in words."""
        body = json.dumps(self.request, ensure_ascii=False, separators=(",", ":"))
        return f'{{"answer":"{self.answer}","request":{body}}}'


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a file. Raises ExamplesError."""
    try:
        return TypeAdapter(tuple[Example, ...]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or ())
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ExamplesError(UnreadableExamples(str(path), str(error).split("\n")[0])) from error


@lru_cache(maxsize=1)
def shipped_examples() -> tuple[Example, ...]:
    """The examples that come with the shipped model."""
    return read_examples(_SHIPPED)


def verified_examples(path: Path, layer: Layer, reader: Reader) -> tuple[Example, ...]:
    """The verified questions of a file, each of which the layer can answer. Raises ExamplesError, EngineError."""
    found, wrong = read_examples(path), []
    for each in found:
        try:
            layer.prepare(each.built(layer.as_of), reader)
        except (UnbuildableError, QueryError) as error:
            wrong.append(UnreadableExamples(f"{path}: '{each.question}'", str(error).split("\n")[0]))
    if wrong:
        raise ExamplesError(*wrong)
    return found


def usable(examples: tuple[Example, ...], ground: Ground, today: date) -> tuple[Example, ...]:
    """Those whose requests the model can answer."""
    return tuple(each for each in examples if problem_of(each, ground, today) is None)


def problem_of(example: Example, ground: Ground, today: date) -> str | None:
    """Why an example cannot be answered; None where it can."""
    try:
        problems = ground.problems(example.built(today), today)
    except UnbuildableError as error:
        return str(error)
    return "; ".join(problems) or None


def nearest_examples(text: str, examples: tuple[Example, ...], most: int) -> tuple[Example, ...]:
    """The examples whose words are most like those of a text, best first."""
    wanted = fold(text).text
    ranked = sorted(examples, key=lambda each: (-fuzz.token_set_ratio(wanted, fold(each.question).text), each.question))
    return tuple(ranked[:most])


def _bare(text: str) -> str:
    return fold(text).text.strip(" 。.?？!！")
