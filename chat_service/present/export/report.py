"""A report: answers one after another in one HTML file that needs nothing beside it, for reading and printing.

Pictures of charts are inside of it, nothing is loaded, nothing runs. Where pictures cannot be drawn (the extra `charts`
is not installed) it says so, and the table tells the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path

from chat_service.language.phrases import said
from chat_service.present.chart.scales import Json
from chat_service.present.definitions import MetricMeaning
from chat_service.present.export.document import Document
from chat_service.present.finding import Finding
from chat_service.present.notes import notes
from chat_service.present.table import ShownColumn, shown_columns
from semantic_layer import Language, Phrase

_LANG = Phrase("zh-CN", "en")
_DEFINITIONS, _MADE = Phrase("定义", "Definitions"), Phrase("怎么得出的", "How it was made")
_CONDITIONS = Phrase("条件", "Conditions")
_NO_CHART = Phrase(
    "图表没有画出：没有安装 huitou[charts]。", "The chart is not drawn: huitou[charts] is not installed."
)
_STYLE = """
:root{color-scheme:light;--ink:#1c1f25;--faint:#5b6270;--line:#dfe2e8;--accent:#0b6e4f}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);font:15px/1.55 system-ui,"Noto Sans CJK SC","PingFang SC",
"Microsoft YaHei","Noto Sans SC",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:16px;margin:0 0 8px}h3{font-size:14px;margin:20px 0 4px}
.faint,.made{color:var(--faint);font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:16px;margin-top:20px}
section{border:1px solid var(--line);border-radius:10px;padding:16px;break-inside:avoid-page;min-width:0}
.w1{grid-column:span 1}.w2{grid-column:span 2}.w3{grid-column:span 3}.w4{grid-column:span 4}
.figures{display:flex;flex-wrap:wrap;gap:4px 24px;margin:0}.figures dt{color:var(--faint);font-size:12px}
.figures dd{margin:0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}
.figures .beside dd{font-size:15px;line-height:33px;font-weight:400}
img{display:block;max-width:100%;height:auto;margin:8px 0}
table{border-collapse:collapse;width:100%;font-size:13px}.scroll{overflow-x:auto}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:break-word}td:first-child{min-width:7em}
th{color:var(--faint);font-weight:600}th{vertical-align:bottom}
.number{text-align:right;font-variant-numeric:tabular-nums}td.number{white-space:nowrap}
thead{display:table-header-group}tr{break-inside:avoid}
ul{margin:8px 0;padding-left:20px;font-size:13px}code,pre{font:12px/1.5 ui-monospace,monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f7f9;padding:12px;border-radius:8px}
.long section{break-inside:auto}
@media (max-width:700px){.tiles{display:block}section{margin-bottom:12px}}
@page{size:A4;margin:14mm}
@media print{main{max-width:none;padding:0}}
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True, eq=False)
class Section:
    """One answer of a report. `width` is in quarters of the page; `finding` is None where there is no result, and the
    text says why. `is_number` shows figures in place of a table, `has_rows` says that a chart's table is shown too."""

    title: str
    text: str
    finding: Finding | None = None
    chart: dict[str, Json] | None = None
    width: int = 4
    is_number: bool = False
    has_rows: bool = True
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Report:
    """Answers under a title. `facts` are how it was made, each with its name."""

    title: str
    language: Language
    sections: tuple[Section, ...]
    subtitle: str = ""
    definitions: tuple[MetricMeaning, ...] = ()
    conditions: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    sql: str | None = None


def report_of(document: Document) -> Report:
    """An answer as a report."""
    language = document.finding.names.language
    remarks = tuple(each.message for each in notes(document.finding))
    only = Section("", document.text, document.finding, document.chart, remarks=remarks)
    return Report(
        document.question or document.title,
        language,
        (only,),
        document.title,
        document.definitions,
        document.conditions,
        document.made,
        document.sql,
    )


def html_blocks(report: Report, fonts: Path | None = None) -> Iterator[bytes]:
    """The file, block by block."""
    title = escape(report.title)
    yield (
        f'<!doctype html>\n<html lang="{said(_LANG, report.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f'<p class="faint">{escape(report.subtitle)}</p>\n<div class="tiles{" long" * (len(report.sections) == 1)}">\n'
    ).encode()
    for each in report.sections:
        yield _section(each, report.language, fonts).encode()
    yield f"</div>\n{_tail(report)}</main>\n</body>\n</html>\n".encode()


def _section(section: Section, language: Language, fonts: Path | None) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>" if section.title else ""]
    finding = section.finding
    columns = () if finding is None else shown_columns(finding)
    if section.is_number and finding is not None and len(finding.table.rows) == 1:
        parts.append(_figures(columns))
    else:
        parts.append(f"<p>{escape(section.text)}</p>" if section.text else "")
        parts.append("" if section.chart is None else _picture(section.chart, section.title, language, fonts))
        parts.append(_table(columns) if columns and (section.has_rows or section.chart is None) else "")
    parts.append(_items(section.remarks))
    inside = "\n".join(filter(None, parts))
    return f'<section class="w{section.width}">\n{inside}\n</section>\n'


def _figures(columns: tuple[ShownColumn, ...]) -> str:
    cells = (
        f'<div class="{"figure" if each.column is not None and each.column.part == "value" else "beside"}">'
        f"<dt>{escape(each.head)}</dt><dd>{escape(each.cells[0])}</dd></div>"
        for each in columns
    )
    return f'<dl class="figures">{"".join(cells)}</dl>'


def _picture(chart: dict[str, Json], title: str, language: Language, fonts: Path | None) -> str:
    if title:
        chart = {name: each for name, each in chart.items() if name != "title"}
    try:
        drawn: bytes = import_module("chat_service.present.export.pictures").picture(chart, "svg", fonts)
    except ModuleNotFoundError as error:
        if error.name != "vl_convert":
            raise
        return f'<p class="faint">{escape(said(_NO_CHART, language))}</p>'
    # as a picture of its own, so that no name inside of it meets one of another
    return f'<img alt="{escape(title)}" src="data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}">'


def _table(columns: tuple[ShownColumn, ...]) -> str:
    kinds = [' class="number"' if each.is_number else "" for each in columns]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(each.head)}</th>' for kind, each in zip(kinds, columns, strict=True)
    )
    rows = zip(*(each.cells for each in columns), strict=True)
    body = "\n".join(
        f"<tr>{''.join(f'<td{kind}>{escape(cell)}</td>' for kind, cell in zip(kinds, row, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def _tail(report: Report) -> str:
    parts = []
    if report.definitions:
        parts.append(f"<h3>{said(_DEFINITIONS, report.language)}</h3>")
        told = (
            f"<li><b>{escape(each.label)}</b>: {escape(each.description)} <code>{escape(each.formula)}</code></li>"
            for each in report.definitions
        )
        parts.append(f"<ul>{''.join(told)}</ul>")
    if report.conditions:
        parts.append(f"<h3>{said(_CONDITIONS, report.language)}</h3>{_items(report.conditions)}")
    parts.append(f"<h3>{said(_MADE, report.language)}</h3>" if report.facts or report.sql else "")
    parts.append(_items(tuple(f"{name}: {value}" for name, value in report.facts if value)))
    parts.append(f"<pre>{escape(report.sql)}</pre>" if report.sql is not None else "")
    return "\n".join(filter(None, parts)) + "\n"


def _items(texts: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in texts)}</ul>" if texts else ""
