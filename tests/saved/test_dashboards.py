"""Dashboards: kept, shared, narrowed, each reader's own rows; those in YAML beside the model; reports of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from chat_service.access.keys import KeyFile
from chat_service.app import create_app
from chat_service.cli import app
from chat_service.present.export import pdf
from chat_service.saved.dashboard_files import read_dashboard
from semantic_layer import DefinitionsError
from tests.saved.conftest import Shop

REGION = {"field": "region", "op": "=", "values": ["south"]}
BOARD = """
label: {zh: 客户, en: Customers}
filters: [region]
tiles:
  - label: {zh: 总数, en: How many}
    form: number
    request: {kind: metrics, metrics: [customers]}
  - label: {zh: 有风险, en: At risk}
    form: list
    request: {kind: list, filters: [{field: state, op: "=", values: [risk]}]}
"""


class Board:
    """The service over the shop, as three readers have it."""

    def __init__(self, shop: Shop, client: TestClient) -> None:
        keys = KeyFile(shop.settings.keys)
        east = {"region": ("east",)}
        shown = {
            "office": keys.add("office", ("ask", "head_office"), "2026-01-01")[1],
            "east": keys.add("east", ("ask", "manager"), "2026-01-01", east)[1],
            "other": keys.add("other", ("ask",), "2026-01-01", east)[1],
        }
        self.client = client
        self.headers = {name: {"authorization": f"Bearer {key}"} for name, key in shown.items()}

    def call(self, reader: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - an answer's JSON
        response = self.client.request(method, f"/v1{path}", json=body, headers=self.headers[reader])
        return response.json() if response.status_code == 200 else response.json()["error"]["code"]

    def saved(self, name: str, request: dict[str, object], reader: str = "office") -> str:
        found: str = self.call(reader, "POST", "/saved", {"name": name, "request": request})["saved_id"]
        return found

    def tile(self, reader: str, board: str, place: int = 0, **look: object) -> Any:  # noqa: ANN401 - as `call`
        return self.call(reader, "POST", f"/dashboards/{board}/tiles/{place}", look)


@pytest.fixture
def board(shop: Shop) -> Iterator[Board]:
    """Customers 1 and 3 of the east, 2 of the south; 1 is at risk."""
    folder = shop.folder / "model" / "dashboards"
    folder.mkdir()
    (folder / "customers.yaml").write_text(BOARD, encoding="utf-8")
    quick = {"alert_check_seconds": 0, "data_check_seconds": 0}
    with TestClient(create_app(shop.settings.model_copy(update=quick))) as client:
        yield Board(shop, client)


def _made(board: Board, **more: object) -> dict[str, Any]:
    count = board.saved("count", {"kind": "metrics", "metrics": ["customers"]})
    risk = board.saved("risk", {"kind": "list", "filters": [{"field": "state", "op": "=", "values": ["risk"]}]})
    tiles = [{"saved_id": count, "form": "number", "width": 1}, {"saved_id": risk, "form": "list", "title": "Risky"}]
    wanted = {"name": "ours", "tiles": tiles, "filters": ["region"], "roles": ["manager"], **more}
    found: dict[str, Any] = board.call("office", "POST", "/dashboards", wanted)
    return found


def test_who_opens_anothers_dashboard_sees_their_own_rows(board: Board) -> None:
    made = _made(board)
    where = made["dashboard_id"]
    assert [(each["title"], each["form"], each["width"]) for each in made["tiles"]] == [
        ("count", "number", 1),
        ("Risky", "list", 2),
    ]
    assert board.tile("office", where)["table"]["rows"] == [[3]]
    assert board.tile("east", where)["table"]["rows"] == [[2]], "the saved answer comes with the dashboard"
    assert board.tile("other", where) == "unknown_dashboard"
    assert board.call("other", "GET", f"/dashboards/{where}") == "unknown_dashboard"
    assert board.call("east", "GET", f"/saved/{made['tiles'][0]['saved_id']}") == "unknown_saved", "and only with it"
    heads = {name: board.call(name, "GET", "/dashboards")["dashboards"] for name in board.headers}
    assert [each["name"] for each in heads["east"]] == ["ours", "Customers"]
    assert [each["name"] for each in heads["other"]] == ["Customers"]
    assert board.call("east", "GET", f"/dashboards/{where}")["is_own"] is False
    assert board.tile("office", where, 2) == "unknown_tile"


def test_filters_narrow_every_tile(board: Board) -> None:
    where = _made(board)["dashboard_id"]
    assert board.tile("office", where, filters=[REGION])["table"]["rows"] == [[1]]
    assert board.tile("office", where, 1, filters=[REGION])["status"] == "empty"
    assert board.tile("office", where, filters=[{**REGION, "field": "nothing"}])["problem"]["code"] == "unknown_name"


def test_a_change_is_its_owners_and_none_is_lost(board: Board) -> None:
    made = _made(board)
    where = f"/dashboards/{made['dashboard_id']}"
    tiles = [{key: each[key] for key in ("saved_id", "form", "title", "width")} for each in reversed(made["tiles"])]
    change = {"name": "ours", "tiles": tiles, "version": made["version"]}
    assert board.call("east", "PUT", where, change) == "unknown_dashboard"
    changed = board.call("office", "PUT", where, change)
    assert [each["form"] for each in changed["tiles"]] == ["list", "number"]
    assert board.call("office", "PUT", where, change) == "dashboard_changed", "it was changed in the meantime"
    assert board.call("office", "POST", "/dashboards", {"name": "ours"}) == "name_taken"
    assert board.call("east", "POST", "/dashboards", {"name": "mine", "tiles": tiles}) == "unknown_saved"
    assert board.call("office", "PUT", where, {**change, "version": 2, "refresh": "often"}) == "unknown_schedule"
    assert board.call("office", "PUT", where, {**change, "version": 2, "filters": ["nothing"]}) == "unknown_name"
    assert board.call("east", "DELETE", where) == "unknown_dashboard"
    assert board.call("office", "DELETE", where) == {"id": made["dashboard_id"]}
    assert board.call("office", "GET", where) == "unknown_dashboard"


def test_a_tile_tells_what_became_of_its_answer(board: Board, shop: Shop) -> None:
    made = _made(board)
    before = board.tile("office", made["dashboard_id"])
    again = board.tile("office", made["dashboard_id"])
    assert before["stamp"] == again["stamp"] and before["request_id"] != again["request_id"]
    shop.customers(c1="risk", c2="fine")
    assert board.tile("office", made["dashboard_id"], 0)["table"]["rows"] == [[2]], "the data have changed"
    assert board.tile("office", made["dashboard_id"])["stamp"] != before["stamp"]
    board.call("office", "DELETE", f"/saved/{made['tiles'][0]['saved_id']}")
    assert board.tile("office", made["dashboard_id"]) == "unknown_saved"


def test_a_dashboard_beside_the_model_is_everybodys(board: Board) -> None:
    shown = board.call("other", "GET", "/dashboards/model:customers?language=zh")
    assert (shown["name"], shown["is_own"], [each["title"] for each in shown["tiles"]]) == (
        "客户",
        False,
        ["总数", "有风险"],
    )
    assert board.tile("other", "model:customers")["table"]["rows"] == [[2]]
    assert board.tile("office", "model:customers", 1)["table"]["total_rows"] == 1
    assert board.call("office", "DELETE", "/dashboards/model:customers") == "unknown_dashboard"
    assert board.call("office", "GET", "/dashboards/model:nothing") == "unknown_dashboard"


@pytest.mark.parametrize(
    ("part", "other", "where"),
    [
        ("form: number", "form: pie", "5: tiles.0.form"),
        ("filters: [region]", "colours: [red]", "3: colours"),
        ("label: {zh: 总数, en: How many}", "label: {en: How many}", "5: tiles.0.label.zh"),
        ("metrics: [customers]", "metrics: customers", "5: tiles.0"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path, part: str, other: str, where: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(BOARD.replace(part, other), encoding="utf-8")
    with pytest.raises(DefinitionsError) as refused:
        read_dashboard(path)
    (problem,) = refused.value.problems
    line, part = where.split(": ")
    assert problem.code == "malformed_dashboard"
    assert str(problem).startswith(f"{path}:") and f" {part}: " in str(problem)
    assert abs(int(str(problem).removeprefix(f"{path}:").split(":")[0]) - int(line)) <= 2


def test_a_report_is_one_file_under_the_readers_rights(board: Board) -> None:
    where = f"/v1/dashboards/{_made(board)['dashboard_id']}/report"
    wanted = {"language": "zh", "filters": []}
    files = {
        name: board.client.post(where, json=wanted, headers=board.headers[name]).content.decode()
        for name in ("office", "east")
    }
    assert "<dd>3</dd>" in files["office"] and "<dd>2</dd>" in files["east"]
    for text in files.values():
        assert text.startswith("<!doctype html>") and "<script" not in text
        assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", ""), "nothing is loaded"
    assert board.client.post(where, json=wanted, headers=board.headers["other"]).status_code == 404


def _characters(file: bytes) -> set[str]:
    """The characters that the fonts in a PDF have glyphs for, by their maps to Unicode (ISO 32000-2, 9.10.3)."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", file, re.DOTALL)
    maps = [text for each in streams if b"begincmap" in (text := zlib.decompressobj().decompress(each))]
    single = [each for text in maps for each in re.findall(rb"(?m)^<[0-9A-F]+> <([0-9A-F]{4})>$", text)]
    ranges = [each for text in maps for each in re.findall(rb"<([0-9A-F]+)> <([0-9A-F]+)> <([0-9A-F]{4})>", text)]
    several = (int(to, 16) + more for first, last, to in ranges for more in range(int(last, 16) - int(first, 16) + 1))
    # a font may name a sign by the radical that it looks like
    return {unicodedata.normalize("NFKC", chr(each)) for each in (*(int(each, 16) for each in single), *several)}


def _has_chinese_font() -> bool:
    """Whether the machine has a font with Chinese; fontconfig tells."""
    listed = shutil.which("fc-list")
    return listed is not None and bool(subprocess.run([listed, ":lang=zh"], capture_output=True, check=True).stdout)


def test_a_pdf_is_printed_by_the_machines_chromium_or_refused(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    where = f"/v1/dashboards/{_made(board)['dashboard_id']}/report?format=pdf"
    if pdf.chromium() is not None:
        response = board.client.post(where, json={"language": "zh"}, headers=board.headers["office"])
        assert response.headers["content-type"] == "application/pdf"
        assert response.content.startswith(b"%PDF-")
        if _has_chinese_font():
            assert _characters(response.content) >= set("客数"), "with glyphs, and as text that can be copied"
    monkeypatch.setenv("PATH", "")
    refused = board.client.post(where, json={}, headers=board.headers["office"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (501, "pdf_needs_chromium")


def test_the_commands(board: Board, shop: Shop, tmp_path: Path) -> None:
    chosen = shop.settings
    environment = {
        "HUITOU_DATABASE": str(chosen.database),
        "HUITOU_MODEL": str(chosen.model),
        "HUITOU_KEYS": str(chosen.keys),
        "HUITOU_CONVERSATIONS_URL": chosen.conversations_url,
    }

    def run(*command: str, of: str = "dashboards") -> tuple[int, str]:
        done = CliRunner().invoke(app, [of, *command], env=environment)
        return done.exit_code, done.output

    board.saved("count", {"kind": "metrics", "metrics": ["customers"]})
    assert run("add", "mine", "count", "--as", "office")[0] == 0
    assert run("add", "mine", "count", "--as", "office", "--form", "table")[1].strip().endswith("(version 2, tiles: 2)")
    assert run("add", "mine", "nothing", "--as", "office")[0] == 1
    assert "mine" in run("list", "--as", "office")[1] and "mine" not in run("list", "--as", "east")[1]
    assert "How many" in run("show", "model:customers", "--as", "east")[1]
    out = tmp_path / "ours.html"
    assert run("report", "mine", "--as", "office", "--out", str(out))[0] == 0
    assert "<dd>3</dd>" in out.read_text(encoding="utf-8")
    assert run("report", "mine", "--as", "office", "--out", "ours.doc")[0] == 2
    assert run("delete", "mine", "--as", "east")[0] == 1
    assert run("delete", "mine", "--as", "office")[0] == 0
    path = shop.folder / "model" / "dashboards" / "customers.yaml"
    path.write_text(BOARD.replace("[customers]", "[nothing]").replace("filters: [region]", "filters: [no]"), "utf-8")
    code, said = run("check")
    assert code == 1 and said.count("malformed_dashboard") == 2
    code, said = run("--db", str(chosen.database), of="validate")
    assert code == 1 and said.count("malformed_dashboard") == 2
    path.write_text(BOARD.replace("form: list", "form: pie"), "utf-8")
    assert run(of="validate")[0] == 1
    path.write_text(BOARD, encoding="utf-8")
    assert run("--db", str(chosen.database), of="validate")[0] == 0
    shutil.copy(path, path.with_stem("again"))
    assert run("check")[1] == "2 dashboards: no mistakes\n"
