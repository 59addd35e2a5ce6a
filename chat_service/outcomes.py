"""What a question becomes: a request to run, a question back, or a refusal. Both translators end in these.

Knows no database and no HTTP. Spans are offsets into the question exactly as it was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from semantic_layer import Period, Request, Scalar

Language = Literal["zh", "en"]
Chart = Literal["line", "bar", "pie", "stacked", "table"]
SpanRole = Literal[
    "metric",
    "dimension",
    "value",
    "period",
    "comparison",
    "number",
    "operator",
    "grouping",
    "order",
    "limit",
    "share",
    "cumulative",
    "entity",
    "behaviour",
    "list",
    "intent",
    "filler",
    "grain",
]


@dataclass(frozen=True)
class Span:
    """A piece of the question and what it was read as; `resolved` is a name of the model or an absolute period."""

    text: str
    start: int
    end: int
    role: SpanRole
    resolved: str


@dataclass(frozen=True)
class Assumption:
    """A choice the reader did not make: a stable code, and the sentence in the question's language."""

    code: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One reading that can be sent back by `id`, or as the plain question `message`; or, with a `deed` (JSON),
    something that is done when it is taken."""

    id: str
    label: str
    message: str
    request: Request | None = None
    deed: str = ""


# better and worse are up or down by what is measured
Moved = Literal["up", "down", "better", "worse"]


@dataclass(frozen=True)
class Reading:
    """How the question was read: every word used, left over or assumed.

    `confidence` is 0..1 with the reasons in `basis`. `chart` is a chart form that the asker named; `growth` says that a
    word asks for the change itself, `moved` which way the words say that it went, `counted` that they say how many.
    `translator` is who read it, with the `prompt` that a model was told; `other` is what the other reader made of it.
    """

    language: Language
    spans: tuple[Span, ...] = ()
    unused: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    confidence: float = 1.0
    basis: tuple[str, ...] = ()
    chart: Chart | None = None
    growth: bool = False
    moved: Moved | None = None
    counted: bool = False
    translator: Literal["offline", "llm", "verified"] = "offline"
    prompt: str | None = None
    other: str | None = None

    def has_assumed(self, code: str) -> bool:
        """Whether that assumption was made."""
        return any(each.code == code for each in self.assumptions)


@dataclass(frozen=True)
class Answerable:
    """A complete request. `asked` is what is said instead where it is not sure enough to be answered."""

    request: Request
    reading: Reading
    asked: Clarification | Refusal | None = None


@dataclass(frozen=True)
class DefinitionAsked:
    """The asker wants to know what metrics mean."""

    metrics: tuple[str, ...]
    reading: Reading


@dataclass(frozen=True)
class CatalogueAsked:
    """The asker wants to know what can be asked (help, 你能做什么), or only greets or thanks."""

    reading: Reading
    is_greeting: bool = False


@dataclass(frozen=True)
class Clarification:
    """Two or more readings that give different numbers: the question back, with choices.

    `question` is in the reading's language. `subject` is the word that is in doubt.
    """

    code: str
    subject: str
    question: str
    choices: tuple[Choice, ...]
    reading: Reading


@dataclass(frozen=True)
class Refusal:
    """No answer, and why: a stable code, one sentence in the reading's language, questions to ask instead."""

    code: str
    message: str
    suggestions: tuple[str, ...]
    reading: Reading
    details: tuple[tuple[str, str], ...] = field(default=())


Outcome = Answerable | DefinitionAsked | CatalogueAsked | Clarification | Refusal


@dataclass(frozen=True)
class Shown:
    """The few things that the rows of an answer stood for, in their order: the values of one dimension."""

    dimension: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Previous:
    """What a follow-up changes: the last answered request, what its rows stood for, and what was asked back since.
    `said` is the question, where it stood by itself."""

    request: Request
    pending: Clarification | None = None
    shown: Shown | None = None
    said: str = field(default="", compare=False)


@dataclass(frozen=True)
class Question:
    """A question as it reaches the translator. `today` is the as-of date, inclusive.

    `unread` are the messages since the last answer that got none; `pending` is what was asked back last, where nothing
    was answered before it.
    """

    text: str
    today: date
    language: Language | None = None
    previous: Previous | None = None
    default_period: Period | None = None
    unread: tuple[str, ...] = ()
    pending: Clarification | None = None
