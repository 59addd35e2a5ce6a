"""An answer as the evaluation reads it: the body of `POST /v1/chat`, of which only the judged parts are kept.

Reading the public body, and nothing inside, lets the same suite judge this process, another one over HTTP, or
another program that speaks the interface.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag

from semantic_layer import Value

Status = Literal["answered", "clarification", "refused", "empty", "error"]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Text(_Read):
    """What people read."""

    type: Literal["text"]
    text: str


class TableColumn(_Read):
    """A column's name."""

    name: str


class Table(_Read):
    """Rows as shown, and how many there are in all."""

    type: Literal["table"]
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[bool | int | float | str | None, ...], ...]
    total_rows: int


class DefinedMetric(_Read):
    """How a metric is explained."""

    label: str = ""
    description: str = ""
    formula: str | None = ""


class Definitions(_Read):
    """The metrics that the answer explains."""

    type: Literal["definitions"]
    metrics: tuple[DefinedMetric, ...]


class Interpretation(_Read):
    """How the question was read."""

    type: Literal["interpretation"]
    restated: str | None = ""
    query: dict[str, JsonValue] | None = None
    unused: tuple[str, ...] = ()


class Other(_Read):
    """A part that no check looks into."""

    type: str = ""


class Clarification(_Read):
    """The choices of a question back."""

    type: Literal["clarification"]
    choices: tuple[Other, ...] = ()


class Unanswered(_Read):
    """Why there is no answer."""

    code: str


class Timings(_Read):
    """Milliseconds by stage; a stage that did not run is absent or null."""

    translate: float | None = None
    compile: float | None = None
    execute: float | None = None
    total: float | None = None


def _kind(part: object) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    return kind if kind in ("text", "table", "definitions", "interpretation", "clarification") else "other"


Part = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[Table, Tag("table")]
    | Annotated[Definitions, Tag("definitions")]
    | Annotated[Interpretation, Tag("interpretation")]
    | Annotated[Clarification, Tag("clarification")]
    | Annotated[Other, Tag("other")],
    Discriminator(_kind),
]


class Confidence(_Read):
    """How sure the reader was, and why."""

    score: float = 0.0
    basis: tuple[str, ...] = ()


class Reply(_Read):
    """One answer."""

    conversation_id: str | None = None
    status: Status
    content: tuple[Part, ...] = ()
    problem: Unanswered | None = None
    confidence: Confidence = Field(default_factory=Confidence)
    timings_ms: Timings = Field(default_factory=Timings)

    @property
    def table(self) -> Table | None:
        """The first table, or None."""
        return next((part for part in self.content if isinstance(part, Table)), None)

    @property
    def words(self) -> str:
        """Everything that explains, as one text: the sentences and the definitions."""
        said = [part.text for part in self.content if isinstance(part, Text)]
        for part in self.content:
            if isinstance(part, Definitions):
                for metric in part.metrics:
                    said += [metric.label, metric.description, metric.formula or ""]
        return "\n".join(said)

    @property
    def text(self) -> str:
        """The first sentence for people."""
        return next((part.text for part in self.content if isinstance(part, Text)), "")

    @property
    def choices(self) -> int:
        """How many choices a question back has; a message with the number of one takes it."""
        return next((len(part.choices) for part in self.content if isinstance(part, Clarification)), 0)

    @property
    def unused(self) -> tuple[str, ...]:
        """Words of the question that nothing claimed."""
        return next((part.unused for part in self.content if isinstance(part, Interpretation)), ())

    @property
    def request(self) -> dict[str, JsonValue] | None:
        """The typed request that was answered."""
        return next((part.query for part in self.content if isinstance(part, Interpretation)), None)

    @property
    def rows(self) -> tuple[tuple[Value, ...], ...]:
        """The shown rows of the table; none without one."""
        return self.table.rows if self.table is not None else ()


class Asker(Protocol):
    """Answers questions in conversations. Never raises for a question: an error is a reply with that status."""

    def ask(self, text: str, conversation_id: str | None) -> Reply:
        """The answer; with None a new conversation begins, whose id the reply carries."""
        ...
