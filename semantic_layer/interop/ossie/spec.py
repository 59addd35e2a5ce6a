"""An Ossie document as pydantic models, word for word as the core specification's draft has it.

What stands in a file enters here after its JSON Schema found it right; what is exported leaves from here.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = "0.2.0.dev0"
DataType = Literal[
    "String", "Integer", "Decimal", "Float", "Boolean", "Date", "Time", "DateTime", "DateTimeTz", "Opaque"
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class AiContext(_Part):
    """Words and guidance for language models. Other keys are allowed and mean nothing here."""

    model_config = ConfigDict(frozen=True, extra="allow")

    instructions: str | None = None
    synonyms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


class Extension(_Part):
    """What the specification has no words for, as JSON text, under the name of whoever reads it."""

    vendor_name: str
    data: str


class DialectExpression(_Part):
    """An expression in one dialect."""

    dialect: str
    expression: str


class Expression(_Part):
    """The same expression in one or more dialects."""

    dialects: tuple[DialectExpression, ...]


class DimensionMark(_Part):
    """Says that a field is a dimension, and whether of time; unset, its data type tells."""

    is_time: bool | None = None


class OssieField(_Part):
    """A value of each row of a dataset."""

    name: str
    expression: Expression
    datatype: DataType | None = None
    dimension: DimensionMark | None = None
    label: str | None = None
    description: str | None = None
    ai_context: str | AiContext | None = None
    custom_extensions: tuple[Extension, ...] = ()


class OssieDataset(_Part):
    """A table or query. `source` is a table's name, perhaps with schema and database, or a SELECT."""

    name: str
    source: str
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    description: str | None = None
    ai_context: str | AiContext | None = None
    fields: tuple[OssieField, ...] = ()
    custom_extensions: tuple[Extension, ...] = ()


class OssieRelationship(_Part):
    """Rows of `from` point at no more than one row of `to`, by columns in the same order."""

    name: str
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    from_columns: tuple[str, ...]
    to_columns: tuple[str, ...]
    ai_context: str | AiContext | None = None
    custom_extensions: tuple[Extension, ...] = ()


class OssieMetric(_Part):
    """An aggregate over `dataset.field` of any datasets."""

    name: str
    expression: Expression
    description: str | None = None
    datatype: DataType | None = None
    ai_context: str | AiContext | None = None
    custom_extensions: tuple[Extension, ...] = ()


class OssieModel(_Part):
    """One semantic model of a document."""

    name: str
    description: str | None = None
    ai_context: str | AiContext | None = None
    datasets: tuple[OssieDataset, ...]
    relationships: tuple[OssieRelationship, ...] = ()
    metrics: tuple[OssieMetric, ...] = ()
    custom_extensions: tuple[Extension, ...] = ()


class OssieDocument(_Part):
    """A whole file."""

    version: str = VERSION
    semantic_model: tuple[OssieModel, ...]
