"""For whom an answer in a channel is: what everybody in it may see, whatever the policies are."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_service.channels.people import People, Person
from chat_service.channels.slack_blocks import blocks_of
from chat_service.channels.talk import Told
from chat_service.services import open_services
from chat_service.settings import Settings
from semantic_layer import HuitouError, MetricQuery, Reader, audience_of, shipped_model_path
from tests.channels.conftest import crowded

ACCESS = """
reader_attributes:
  - {name: hidden, description: {zh: 不能看的大区, en: a region that they may not see}}
policies:
  - {name: not_hidden, dataset: customers, filter: region <> reader.hidden, except: [head_office]}
"""
PEOPLE = """
readers:
  east: {attributes: {hidden: east}}
  south: {roles: [ask, sql], attributes: {hidden: south}}
  office: {roles: [ask, sql, personal, head_office]}
people: {east@example.com: east, U2: south, U3: office}
channels: {C2: office, C3: asker}
most: 3
"""
EAST, SOUTH, OFFICE = Person("U1", "east@example.com"), Person("U2"), Person("U3")


def _code(wanted: Callable[[], object]) -> str:
    with pytest.raises(HuitouError) as refused:
        wanted()
    return refused.value.problems[0].code


def test_rows_are_those_that_every_reader_may_see(demo_database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "loyalty"
    shutil.copytree(shipped_model_path(), folder)
    (folder / "zz_access.yaml").write_text(ACCESS, encoding="utf-8")
    readers = [
        Reader("east", attributes=(("hidden", ("east",)),)),
        Reader("south", attributes=(("hidden", ("south",)),)),
        Reader("office", roles=frozenset({"head_office"})),
    ]
    services = open_services(Settings(database=demo_database, model=folder), time.perf_counter)
    try:
        query = MetricQuery(metrics=("customers",), group_by=("region",))

        def regions(reader: Reader) -> set[object]:
            return {row[0] for row in services.layer.run(query, reader).rows}

        everywhere = regions(readers[2])
        assert {"east", "south"} < everywhere
        assert regions(audience_of("all", tuple(readers))) == everywhere - {"east", "south"}
        assert regions(audience_of("two", (readers[0], readers[2]))) == everywhere - {"east"}
        lost = audience_of("lost", (readers[0], Reader("lost")))
        assert _code(lambda: services.layer.run(query, lost)) == "attribute_missing"
    finally:
        services.close()


def test_a_channel_is_for_all_in_it_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    people = People(tmp_path / "people.yaml")
    people.path.write_text(PEOPLE, encoding="utf-8")
    together = people.audience("slack:C1", "C1", SOUTH, (SOUTH, OFFICE, Person("UBOT", is_program=True)))
    assert [each.name for each in together.audience] == ["office", "south"]
    assert together.roles == {"ask", "sql"} and together.may_see_sql
    own = people.audience("slack:C3", "C3", OFFICE, ())
    assert own.name == "office" and not own.may_see_personal and own.roles == {"ask", "sql", "head_office"}
    assert people.audience("slack:C2", "C2", EAST, ()).roles == {"ask", "sql", "head_office"}
    assert people.reader(OFFICE).may_see_personal
    assert not people.audience("slack:C1", "C1", EAST, (EAST, SOUTH)).may_see_sql


def test_whoever_is_not_known_keeps_a_channel_from_being_answered(tmp_path: Path) -> None:
    people = People(tmp_path / "people.yaml")
    assert _code(lambda: people.reader(EAST)) == "people_unreadable"
    people.path.write_text(PEOPLE, encoding="utf-8")
    stranger = Person("U9", "somebody@example.com")
    assert _code(lambda: people.reader(stranger)) == "person_unknown"
    assert _code(lambda: people.audience("slack:C1", "C1", stranger, (stranger, EAST))) == "person_unknown"
    assert _code(lambda: people.audience("slack:C3", "C3", stranger, ())) == "person_unknown"
    assert _code(lambda: people.audience("slack:C1", "C1", EAST, (stranger, EAST))) == "outsider_here"
    assert _code(lambda: people.audience("slack:C1", "C1", EAST, (EAST,) * 4)) == "too_many_here"
    for wrong in ("people: {U1: nobody}\nreaders: {}", "readers: {asker: {}}", "readers: {a: {role: ask}}", "- 1", "{"):
        people.path.write_text(wrong + "\n" * 9, encoding="utf-8")
        assert _code(lambda: people.reader(EAST)) == "people_unreadable", wrong


def test_whatever_an_answer_holds_fits_what_slack_takes() -> None:
    slack_server = pytest.importorskip("tests.channels.slack_server", reason="the extra 'slack' is not installed")
    told = crowded("word ")
    blocks = blocks_of(told, "F1", in_channel=True)
    assert slack_server.refusal(blocks, {"F1"}) is None
    kinds = [each["type"] for each in blocks]
    assert kinds.count("section") == 4 and kinds.count("table") == 1
    assert "mrkdwn" not in str(blocks)
    assert slack_server.refusal(blocks_of(Told("en", "sentence"), None, in_channel=True), set()) is None
