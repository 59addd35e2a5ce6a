"""The bodies of the public interface as pydantic models, word for word as other programs rely on them.

Comes in: an `Answer`. Goes out: what `POST /v1/chat` and `huitou ask --json` print. Knows no HTTP.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from chat_service.asking import Status
from chat_service.outcomes import Language
from chat_service.present.export.document import Form
from chat_service.settings import Day
from semantic_layer import Request

# an id may be anything that a database can hold
ID = r"^[^\x00]*$"
Cell = bool | int | float | str | None


class Body(BaseModel):
    """A part of the public interface."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Selection(Body):
    """The choice taken of a clarification."""

    clarification_id: str = Field(max_length=100, pattern=ID)
    choice_id: str = Field(max_length=100, pattern=ID)


class ChatRequest(Body):
    """A question. With `selection` or `query`, the message may be empty; it is then what the turn is called."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=False,
        json_schema_extra={
            "examples": [
                {"message": "哪些客户可能流失"},
                {
                    "message": "上个月金卡会员的复购率同比",
                    "conversation_id": None,
                    "message_id": "m-1",
                    "language": "zh",
                },
                {
                    "message": "",
                    "conversation_id": "c-1",
                    "selection": {"clarification_id": "c1", "choice_id": "orders"},
                },
            ]
        },
    )

    # half a character, which JSON can write, is no text; a limit makes pydantic see to that
    message: str = Field(max_length=1_000_000)
    conversation_id: str | None = Field(None, max_length=100, pattern=ID)
    message_id: str | None = Field(
        None, min_length=1, max_length=100, pattern=ID, description="The client's own; sent twice, it is answered once."
    )
    language: Language | None = None
    as_of: Day | None = Field(None, description="Today, inclusive; by default the last day in the data.")
    translator: Literal["auto", "offline", "llm"] = "auto"
    selection: Selection | None = None
    query: Request | None = Field(
        None, description="A typed request in place of words: an answer edited, say. Follow-ups change it."
    )


class TextPart(Body):
    """What people read."""

    type: Literal["text"] = "text"
    text: str


class SpanBody(Body):
    """A piece of the question (offsets in characters) and what it was read as."""

    text: str
    start: int
    end: int
    role: str
    resolved: str


class AssumptionBody(Body):
    """A choice that the question left open."""

    code: str
    text: str


class FilterBody(Body):
    """A condition that was applied, and where it comes from. `text` is set where it has no simple form."""

    field: str
    op: str
    values: tuple[Cell, ...]
    origin: Literal["asked", "default", "metric", "policy"]
    text: str = ""


class InterpretationPart(Body):
    """How the question was read."""

    type: Literal["interpretation"] = "interpretation"
    query: dict[str, JsonValue]
    restated: str
    spans: tuple[SpanBody, ...]
    unused: tuple[str, ...]
    assumptions: tuple[AssumptionBody, ...]
    filters: tuple[FilterBody, ...]


class SqlPart(Body):
    """The statement that was run."""

    type: Literal["sql"] = "sql"
    statement: str
    dialect: str


class ColumnBody(Body):
    """A column; `format` is the unit that its numbers are shown in, `heading` what stands above its cells in `shown`:
    the label with the unit that they share, of a comparison the period by its name."""

    name: str
    label: str
    role: Literal["dimension", "metric", "comparison"]
    type: Literal["text", "integer", "number", "boolean", "date", "timestamp"]
    format: str | None = None
    heading: str = ""


class GroupSizesBody(Body):
    """How many rows, entities or events are behind each value of a rate, in the order of the rows; `small` are the
    places of the rows of which it says little."""

    metric: str
    label: str
    sizes: tuple[int | None, ...]
    small: tuple[int, ...] = ()


class TablePart(Body):
    """Rows of raw values: fractions for rates, codes for coded values, ISO dates. `shown` are the same cells as people
    read them: labels for codes, one unit and as many decimals a column."""

    type: Literal["table"] = "table"
    columns: tuple[ColumnBody, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_count: int
    total_rows: int
    truncated: bool
    shown: tuple[tuple[str, ...], ...] = ()
    group_sizes: tuple[GroupSizesBody, ...] = ()


class ExportLinkBody(Body):
    """A form of the answer as a file, and where it is."""

    format: Form
    url: str


class ExportPart(Body):
    """Where an answer that was asked to be exported is found as a file."""

    type: Literal["export"] = "export"
    links: tuple[ExportLinkBody, ...]


class ChartPart(Body):
    """A Vega-Lite specification with its data inside."""

    type: Literal["chart"] = "chart"
    format: Literal["vega-lite"] = "vega-lite"
    spec: dict[str, JsonValue]


class MetricMeaningBody(Body):
    """A metric explained."""

    name: str
    label: str
    description: str
    formula: str
    unit: str


class DefinitionsPart(Body):
    """The metrics of the answer explained."""

    type: Literal["definitions"] = "definitions"
    metrics: tuple[MetricMeaningBody, ...]


class ChoiceBody(Body):
    """One reading; send its `id` as a selection, or its `message` as a question."""

    id: str
    label: str
    message: str


class ClarificationPart(Body):
    """The question back."""

    type: Literal["clarification"] = "clarification"
    id: str
    question: str
    choices: tuple[ChoiceBody, ...]


class SuggestionsPart(Body):
    """Questions that can be asked next; each has an answer."""

    type: Literal["suggestions"] = "suggestions"
    suggestions: tuple[str, ...]


Part = Annotated[
    TextPart
    | InterpretationPart
    | SqlPart
    | TablePart
    | ChartPart
    | DefinitionsPart
    | ClarificationPart
    | SuggestionsPart
    | ExportPart,
    Field(discriminator="type"),
]


class Confidence(Body):
    """How sure the reading is, 0 to 1, and why."""

    score: float
    basis: tuple[str, ...]


class WarningBody(Body):
    """What to know before trusting the numbers."""

    code: str
    message: str


class ProblemBody(Body):
    """Why there is no answer: a stable code and one sentence."""

    code: str
    message: str
    detail: dict[str, str] = {}


class Provenance(Body):
    """Where the answer comes from. `prompt` is the version of what a language model was told, `other` what the other
    translator made of the question; null where one alone read it. `policies` are those that leave rows out,
    `rollups` what was computed beforehand and read in place of rows."""

    translator: Literal["offline", "llm", "verified"]
    model_hash: str
    data_as_of: str | None
    cache: Literal["hit", "miss"]
    prompt: str | None = None
    other: str | None = None
    policies: tuple[str, ...] = ()
    rollups: tuple[str, ...] = ()


class Timings(Body):
    """Milliseconds by stage; a stage that did not run is null."""

    translate: float | None = None
    compile: float | None = None
    execute: float | None = None
    total: float


class ChatBody(Body):
    """An answer. Only the parts that apply are in `content`; `problem` is set where there is no answer."""

    request_id: str
    conversation_id: str | None
    message_id: str | None
    status: Status
    language: Language
    content: tuple[Part, ...]
    confidence: Confidence
    warnings: tuple[WarningBody, ...]
    problem: ProblemBody | None = None
    provenance: Provenance
    timings_ms: Timings


class QueryBody(Body):
    """A typed query's table, and the SQL that made it, where the reader may see that."""

    request_id: str
    table: TablePart
    sql: SqlPart | None = None
    filters: tuple[FilterBody, ...]
    warnings: tuple[WarningBody, ...]
    provenance: Provenance


class ExplainBody(Body):
    """What a typed query compiles to, unrun."""

    request_id: str
    sql: SqlPart
    filters: tuple[FilterBody, ...]
    warnings: tuple[WarningBody, ...] = ()


class ErrorDetail(Body):
    """A stable code and one sentence; `detail` has what a program may want."""

    code: str
    message: str
    detail: dict[str, JsonValue] = {}


class ErrorBody(Body):
    """The one shape of every error."""

    error: ErrorDetail
    request_id: str


class HealthBody(Body):
    """`ok`, or what stands in the way, by code."""

    status: Literal["ok", "unavailable"]
    data_as_of: str | None = None
    problems: tuple[str, ...] = ()
