"""Tables in the page: sorted, paged through all rows, copied, and taken away as files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.network.running import Running
from tests.page.browser import Visit
from tests.page.conftest import Open
from tests.page.test_answers import last_turn, query_of, table_of

LIST = "可能流失的客户名单"


def _column(answer: Locator, at: int) -> list[str]:
    return answer.locator(f"tbody td:nth-child({at + 1})").all_inner_texts()


def _every(service: Running, visit: Visit) -> list[list[Any]]:
    """All rows of the list that was answered last."""
    with service.client() as client:
        told = client.post("/v1/query", json={**query_of(last_turn(service, visit)), "limit": None})
    found: list[list[Any]] = told.json()["table"]["rows"]
    return found


def test_rows_are_paged_beyond_those_of_the_answer_and_sorted_by_the_service(visit: Open, service: Running) -> None:
    here = visit("zh")
    answer = here.ask(LIST)
    turn = last_turn(service, here)
    table = table_of(turn)
    assert table["truncated"] and len(table["rows"]) == 20 < table["total_rows"]
    every, whole = _every(service, here), {**query_of(turn), "limit": None}
    with service.client() as client:
        by_id = client.post("/v1/query", json={**whole, "order_by": [{"column": "customer_id", "descending": False}]})
    assert _column(answer, 0) == [str(row[0]) for row in every[:20]]
    answer.locator(".pager button").last.click()
    expect(answer.locator("tbody td").first).to_have_text(str(every[20][0]))
    assert _column(answer, 0) == [str(row[0]) for row in every[20:40]]
    answer.locator("th button").first.click()
    expect(answer.locator("th").first).to_have_attribute("aria-sort", "ascending")
    expect(answer.locator("tbody td").first).to_have_text(str(min(row[0] for row in every)))
    assert _column(answer, 0) == [str(row[0]) for row in by_id.json()["table"]["rows"][:20]]


def test_a_whole_table_is_sorted_by_its_numbers(visit: Open) -> None:
    here = visit("en")
    answer = here.ask("orders by region in May 2026")
    answer.locator(".segments button").last.click()
    for direction in ("descending", "ascending"):
        answer.locator("th.number button").click()
        expect(answer.locator("th.number")).to_have_attribute("aria-sort", direction)
        found = [int(each.replace(",", "")) for each in _column(answer, 1)]
        assert found == sorted(found, reverse=direction == "descending")


def test_every_row_and_the_chart_leave_as_files(visit: Open, service: Running, tmp_path: Path) -> None:
    here = visit("zh")
    answer = here.ask(LIST)
    answer.get_by_role("button", name="导出").click()
    with here.page.expect_download() as told:
        here.page.get_by_role("button", name="表格 CSV").click()
    told.value.save_as(tmp_path / "list.csv")
    rows = list(csv.reader((tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()))
    table = table_of(last_turn(service, here))
    assert len({row[0] for row in rows} & {str(row[0]) for row in _every(service, here)}) == table["total_rows"] > 20

    answer = here.ask("2026年5月各大区的复购率")
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        answer.get_by_role("button", name="导出").click()
        with here.page.expect_download() as told:
            here.page.get_by_role("button", name=kind).click()
        told.value.save_as(tmp_path / kind)
        picture = (tmp_path / kind).read_bytes()
        assert picture.startswith(begins) and len(picture) > 3000, kind
