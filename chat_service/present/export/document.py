"""What is exported: a result with all of its rows, what it means and how it was made. And the names of the forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from chat_service.present.chart.scales import Json
from chat_service.present.definitions import MetricMeaning
from chat_service.present.finding import Finding
from semantic_layer import HuitouError, Problem, problem

Form = Literal["csv", "xlsx", "md", "html", "pdf", "png", "svg"]
FORMS: tuple[Form, ...] = get_args(Form)
PICTURES: tuple[Form, ...] = ("png", "svg")
MEDIA: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
}


@problem(
    "nothing_to_export",
    zh="这个回答没有可以导出成 {form} 的内容。",
    en="This answer holds nothing that {form} could show.",
)
class NothingToExport(Problem):
    """An answer without a table, or without a chart where a picture is asked for."""

    form: str


@problem(
    "export_too_large",
    zh="结果有 {rows:,} 行，一次最多导出 {most:,} 行。请缩小范围再导出。",
    en="The result has {rows:,} rows; at most {most:,} are exported at once. Narrow the question.",
)
class ExportTooLarge(Problem):
    """More rows than an export takes: none of them is left out in silence."""

    rows: int
    most: int


@problem(
    "export_not_installed",
    zh="没有安装导出 {form} 所需的组件：pip install 'huitou[{extra}]'。",
    en="What {form} needs is not installed: pip install 'huitou[{extra}]'.",
)
class ExportNotInstalled(Problem):
    """A form that needs an extra which this installation lacks."""

    form: str
    extra: str


@problem("file_not_written", zh="文件“{path}”无法写入：{reason}", en="The file '{path}' cannot be written: {reason}")
class FileNotWritten(Problem):
    """A file that an export cannot be written to."""

    path: str
    reason: str


class ExportError(HuitouError):
    """Raised for what cannot be exported as asked."""


@dataclass(frozen=True, eq=False)
class Document:
    """A result to export. `sql` is None for readers who may not see it; `chart` where nothing was drawn. `made` are
    further facts on how it was made, each with its name."""

    question: str
    title: str
    text: str
    finding: Finding
    definitions: tuple[MetricMeaning, ...] = ()
    conditions: tuple[str, ...] = ()
    sql: str | None = None
    chart: dict[str, Json] | None = None
    made: tuple[tuple[str, str], ...] = ()
