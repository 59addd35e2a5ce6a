"""Answers as files: all rows under the reader's rules, typed, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from chat_service.app import create_app
from chat_service.cli import app
from chat_service.conversation.memory import MemoryStore
from chat_service.exporting import Wanted, document_of
from chat_service.outcomes import Reading, Span
from chat_service.present.export.document import FORMS, Document, ExportError, Form
from chat_service.present.export.forms import exported
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from semantic_layer.query.reader import ANONYMOUS, Reader
from semantic_layer.query.requests import FieldFilter, ListQuery, MetricQuery
from semantic_layer.query.result import Column, Label
from tests.present.conftest import RATE, REGION, REVENUE, TODAY, Made

BY_REGION = MetricQuery(metrics=("revenue",), group_by=("region",))
CITY = Column("city", "dimension", "text", Label("城市", "city"), field="customers.city")
# what a spreadsheet would run, open or take apart, and what Markdown or HTML would take for more than text
STRANGE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1",
    '"quoted", and more',
    "two\nlines",
    "http://elsewhere/",
    "| a | b |",
    "<script>alert(1)</script>",
    "[a](javascript:b)",
    "\x00zero",
    "x" * 40_000,
)


def _file(document: Document, form: Form) -> bytes:
    return b"".join(exported(document, form))


def _document(made: Made, values: tuple[str, ...] = STRANGE) -> Document:
    rows = tuple((value, -float(place)) for place, value in enumerate(values))
    query = MetricQuery(metrics=("revenue",), group_by=("city",))
    return Document("=how many?", "title", "text", made(query, (CITY, REVENUE), rows), sql="SELECT 1")


def _sheet(data: bytes, number: int = 1) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - made by ourselves


def test_no_cell_of_a_csv_is_a_formula_and_every_value_comes_back(made: Made) -> None:
    text = _file(_document(made), "csv").decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(text, newline="")))
    assert head == ["城市", "销售额（元）"]
    assert [row[0].removeprefix("'") for row in rows] == list(STRANGE)
    for cell, number in rows:
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell
        assert float(number) <= 0, "a number below zero is a number, not a formula"


def test_an_excel_cell_is_a_text_or_a_number_and_never_a_formula_or_a_link(made: Made) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra 'excel' is not installed")
    data = _file(_document(made), "xlsx")
    sheet = _sheet(data)
    cells = [cell for cell in sheet.iter() if cell.tag.endswith("}c")]
    assert len(cells) == 2 * (1 + len(STRANGE))
    assert not [each for each in sheet.iter() if each.tag.endswith(("}f", "}hyperlink"))]
    kinds = [cell.get("t") for cell in cells[2:]]
    assert kinds[::2] == ["inlineStr"] * len(STRANGE) and set(kinds[1::2]) == {None}
    made_of = [each.text for each in _sheet(data, 2).iter() if each.tag.endswith("}t")]
    assert "=how many?" in made_of and "SELECT 1" in made_of


def test_the_same_document_is_the_same_workbook(made: Made) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra 'excel' is not installed")
    document = _document(made, ("a",))
    assert _file(document, "xlsx") == _file(document, "xlsx")


def test_a_workbook_has_number_formats(made: Made) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra 'excel' is not installed")
    query = MetricQuery(metrics=("repurchase_rate",), group_by=("region",))
    data = _file(Document("q", "t", "x", made(query, (REGION, RATE), (("east", 0.25),))), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert 'formatCode="0.0%"' in book.read("xl/styles.xml").decode()
    numbers = [each.text for each in _sheet(data).iter() if each.tag.endswith("}v")]
    assert numbers == ["0.25"]


def test_markdown_is_text_whatever_the_data_hold(made: Made) -> None:
    text = _file(_document(made), "md").decode()
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(STRANGE)
    assert not re.search(r"(?<!\\)(<script|\]\(javascript)", text)
    unescaped = [line.replace("\\|", "") for line in table]
    assert {line.count("|") for line in unescaped} == {3}


def test_a_report_is_text_whatever_the_data_hold(made: Made) -> None:
    text = _file(_document(made), "html").decode()
    assert text.count("<tr>") == 1 + len(STRANGE)
    assert "<script" not in text and "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_a_csv_has_labels_beside_codes_and_raw_numbers(made: Made) -> None:
    rows = (("east", 885_300.25), (None, 1.0))
    document = Document("q", "t", "x", made(BY_REGION, (REGION, REVENUE), rows))
    lines = _file(document, "csv").decode("utf-8-sig").splitlines()
    assert lines == ["大区,大区（代码）,销售额（元）", "华东,east,885300.25", ",,1.0"]


def _wanted(request: Any, *spans: Span, chart: Any = None) -> Wanted:  # noqa: ANN401 - of any kind
    return Wanted("question", request, None, Reading("zh", spans=spans), chart)


def test_a_list_is_exported_whole_unless_the_question_says_how_many(services: Services) -> None:
    request = ListQuery(filters=(FieldFilter(field="churn_risk", values=("high",)),), limit=20)
    whole = document_of(_wanted(request), ANONYMOUS, services)
    assert len(whole.finding.table.rows) == whole.finding.table.total_rows > 20
    ten = request.model_copy(update={"limit": 10})
    some = document_of(_wanted(ten, Span("10", 0, 2, "limit", "10")), ANONYMOUS, services)
    assert len(some.finding.table.rows) == 10 < some.finding.table.total_rows


def test_a_reader_exports_their_own_rows_and_no_statement_they_may_not_see(services: Services) -> None:
    east = Reader("east", (FieldFilter(field="region", values=("east",), origin="policy"),), may_see_sql=False)
    document = document_of(_wanted(BY_REGION), east, services)
    assert [row[0] for row in document.finding.table.rows] == ["east"]
    assert document.sql is None
    assert "SELECT" not in _file(document, "md").decode()


def test_names_stay_masked_in_files(services: Services) -> None:
    document = document_of(_wanted(ListQuery(columns=("customer_name",))), ANONYMOUS, services)
    text = _file(document, "csv").decode("utf-8-sig")
    names = {row[1] for row in list(csv.reader(io.StringIO(text)))[1:]}
    assert names and all(name.endswith("**") for name in names)


def test_what_is_too_much_is_refused_and_not_cut(demo_database: Path) -> None:
    few = open_services(Settings(database=demo_database, export_rows=5), lambda: 0.0)
    try:
        with pytest.raises(ExportError) as found:
            document_of(_wanted(BY_REGION), ANONYMOUS, few)
    finally:
        few.close()
    assert found.value.problems[0].code == "export_too_large"


@pytest.fixture(scope="module")
def client(demo_database: Path) -> Iterator[TestClient]:
    """A client of the service over the demo company."""
    settings = Settings(database=demo_database, as_of=TODAY)
    with TestClient(create_app(settings, MemoryStore()), raise_server_exceptions=False) as opened:
        yield opened


def _asked(client: TestClient, message: str, **parts: object) -> dict[str, Any]:
    body: dict[str, Any] = client.post("/v1/chat", json={"message": message, **parts}).json()
    return body


@pytest.mark.parametrize(
    ("message", "wish"), [("2025年各大区的销售额", "导出"), ("revenue by region in 2025", "export this")]
)
def test_an_answer_is_exported_in_words(client: TestClient, message: str, wish: str) -> None:
    first = _asked(client, message)
    assert "export" not in [part["type"] for part in first["content"]]
    body = _asked(client, wish, conversation_id=first["conversation_id"])
    part = next(part for part in body["content"] if part["type"] == "export")
    links = {link["format"]: link["url"] for link in part["links"]}
    assert tuple(links) == FORMS
    text = client.get(links["csv"]).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 8


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("csv", b"\xef\xbb\xbf"),
        ("xlsx", b"PK"),
        ("md", b"# "),
        ("html", b"<!doctype"),
        ("png", b"\x89PNG"),
        ("svg", b"<svg"),
    ],
)
def test_every_form_is_served(client: TestClient, form: str, begins: bytes) -> None:
    pytest.importorskip({"xlsx": "xlsxwriter", "png": "vl_convert", "svg": "vl_convert"}.get(form, "csv"))
    body = _asked(client, "2025年各大区的销售额")
    response = client.get(f"/v1/answers/{body['request_id']}/export", params={"format": form})
    assert response.status_code == 200, response.text
    assert response.content.startswith(begins)
    assert f".{form}" in response.headers["content-disposition"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/answers/nobody/export", 404, "unknown_answer"),
        ("/v1/answers/%00/export", 422, "invalid_request"),
        ("/v1/answers/{id}/export?format=exe", 422, "invalid_request"),
        ("/v1/answers/{id}/export?format=../../etc", 422, "invalid_request"),
    ],
)
def test_bad_exports_are_told_by_code(client: TestClient, path: str, status: int, code: str) -> None:
    body = _asked(client, "2025年各大区的销售额")
    response = client.get(path.replace("{id}", body["request_id"]))
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(("message", "form"), [("GMV", "csv"), ("你好", "csv"), ("上个月的销售额", "png")])
def test_what_holds_nothing_is_not_exported(client: TestClient, message: str, form: str) -> None:
    body = _asked(client, message)
    response = client.get(f"/v1/answers/{body['request_id']}/export", params={"format": form})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "nothing_to_export")


def test_an_answer_is_exported_for_the_day_it_was_asked_for(client: TestClient) -> None:
    body = _asked(client, "今年每月订单数", as_of="2025-03-31")
    text = client.get(f"/v1/answers/{body['request_id']}/export").content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["2025-01-01", "2025-02-01", "2025-03-01"]


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_the_command_line_prints_every_form(
    demo_database: Path, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["ask", "2025年各大区的销售额", "--format", form, "--db", str(demo_database)])
    assert result.exit_code == 0, result.output
    begins = {"table": "2025年", "json": "{", "csv": "大区,大区（代码）", "md": "# "}[form]
    assert result.stdout.startswith(begins)


def test_the_command_line_writes_files(demo_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ask = ["ask", "哪些客户可能流失", "--db", str(demo_database), "--out"]
    assert CliRunner().invoke(app, [*ask, "list.csv"]).exit_code == 0
    rows = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) > 21
    assert CliRunner().invoke(app, [*ask, "list.exe"]).exit_code == 2
    for name, code in (("list.png", "nothing_to_export"), ("missing/list.csv", "file_not_written")):
        failed = CliRunner().invoke(app, [*ask, name])
        assert failed.exit_code == 1 and code in failed.output


def test_dates_are_dates(made: Made) -> None:
    month = Column("month", "dimension", "date", Label("月份", "month"), grain="month")
    document = Document(
        "q",
        "t",
        "x",
        made(MetricQuery(metrics=("revenue",), group_by=("month",)), (month, REVENUE), ((date(2026, 5, 1), 2.0),)),
    )
    assert _file(document, "csv").decode("utf-8-sig").splitlines()[1] == "2026-05-01,2.0"
