"""A company that asks about two kinds of things: each counted, listed and told of by its own noun and counter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from chat_service.answer import answer
from chat_service.asking import Answer, Asked
from chat_service.outcomes import Question
from chat_service.services import open_services
from chat_service.settings import Settings
from semantic_layer.engines.duckdb import DuckDBWriter

Ask = Callable[[str], Answer]
TODAY = date(2026, 6, 30)
MODEL = Path(__file__).parent.parent / "translate" / "others" / "claims.yaml"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Three policies: the first with three claims, the second with one; two letters on claim 11."""
    database = tmp_path_factory.mktemp("claims") / "claims.duckdb"
    with DuckDBWriter(database) as writer:
        writer.execute("CREATE TABLE policies (policy_id INTEGER, started_on DATE, premium DOUBLE, line VARCHAR)")
        writer.execute(
            "INSERT INTO policies VALUES (1, '2025-01-05', 100, 'auto'), (2, '2025-02-01', 200, 'home'), "
            "(3, '2025-03-01', 400, 'auto')"
        )
        writer.execute(
            "CREATE TABLE claims (claim_id INTEGER, policy_id INTEGER, reported_on DATE, paid DOUBLE, cause VARCHAR, "
            "claim_status VARCHAR)"
        )
        writer.execute(
            "INSERT INTO claims VALUES (11, 1, '2025-04-01', 10, 'fire', 'open'), "
            "(12, 1, '2025-05-01', 20, 'water', 'open'), (13, 1, '2026-01-01', 40, 'fire', 'settled'), "
            "(14, 2, '2026-02-01', 80, 'fire', 'settled')"
        )
        writer.execute("CREATE TABLE letters (letter_id INTEGER, claim_id INTEGER, sent_on DATE)")
        writer.execute("INSERT INTO letters VALUES (1, 11, '2026-05-01'), (2, 11, '2026-05-02')")
    services = open_services(Settings(database=database, model=MODEL), time.perf_counter)
    yield lambda text: answer(Asked(Question(text, TODAY), services.reader), services)
    services.close()


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how many policies", "3"),
        ("how many claims", "4"),
        ("有多少起案件", "4"),
        ("有多少张保单", "3"),
        ("how many claims received a letter", "1"),
        ("how many policies have more than 2 claims", "1"),
        ("火灾案件有多少", "3"),
    ],
)
def test_the_entity_that_is_named_is_counted(asked: Ask, question: str, told: str) -> None:
    found = asked(question)
    assert found.status == "answered"
    assert found.table is not None, found.text
    assert [str(row[0]) for row in found.table.rows] == [told]


@pytest.mark.parametrize(
    ("question", "keys", "said"),
    [
        ("哪些案件未结", [11, 12], "2 起"),
        ("列出车险保单", [1, 3], "2 张"),
        ("which claims are open", [11, 12], "2 claims"),
        ("案件数超过2的保单", [1], "1 张"),
        ("来过信的案件有哪些", [11], "1 起"),
    ],
)
def test_a_list_is_of_the_entity_that_is_named_in_its_own_counter(
    asked: Ask, question: str, keys: list[int], said: str
) -> None:
    found = asked(question)
    assert found.table is not None, found.text
    assert sorted(int(str(row[0])) for row in found.table.rows) == keys
    assert said in found.text
