"""Policies and their claims, each an entity with a list of its own; and a model that has no entity at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import load_model
from semantic_layer.query.requests import ListFilter, ListQuery, MeasuredColumn, MetricFilter, MetricQuery

TODAY = date(2026, 6, 30)
# policies 1 and 2 were sold on the web, 3 by phone; claims 11 and 12 of 1, 13 of 2, 14 of a policy that is not there;
# claim 11 was reported on the web, the others by phone; policies are of places, and claims happen at others
TABLES = """
CREATE TABLE policies (policy_id INTEGER, started_on DATE, channel VARCHAR, place_id INTEGER);
INSERT INTO policies VALUES (1, '2026-01-01', 'web', 1), (2, '2026-02-01', 'web', 2), (3, '2026-03-01', 'phone', 1);
CREATE TABLE claims (claim_id INTEGER, policy_id INTEGER, reported_on DATE, channel VARCHAR, place_id INTEGER);
INSERT INTO claims VALUES (11, 1, '2026-04-01', 'web', 2), (12, 1, '2026-05-01', 'phone', 1),
  (13, 2, '2026-05-02', 'phone', 2), (14, 9, '2026-05-03', 'phone', 1);
CREATE TABLE places (place_id INTEGER, region VARCHAR);
INSERT INTO places VALUES (1, 'north'), (2, 'south');
CREATE TABLE letters (letter_id INTEGER, claim_id INTEGER, sent_on DATE);
INSERT INTO letters VALUES (1, 11, '2026-05-01'), (2, 11, '2026-05-02'), (3, 13, '2026-05-05'), (4, 14, '2026-05-06');
"""
MODEL = """
datasets:
  - name: policies
    table: policies
    primary_key: policy_id
    time: started_on
    fields:
      - {name: policy_id, type: integer, role: key}
      - {name: started_on, type: date, role: time}
      - {name: channel, role: dimension}
      - {name: place_id, type: integer, role: key}
  - name: places
    table: places
    primary_key: place_id
    fields: [{name: place_id, type: integer, role: key}, {name: region, role: dimension}]
  - name: claims
    table: claims
    primary_key: claim_id
    time: reported_on
    fields:
      - {name: claim_id, type: integer, role: key}
      - {name: policy_id, type: integer, role: key}
      - {name: reported_on, type: date, role: time}
      - {name: channel, role: dimension, same_as: policies.channel}
      - {name: place_id, type: integer, role: key}
  - name: letters
    table: letters
    primary_key: letter_id
    time: sent_on
    fields:
      - {name: letter_id, type: integer, role: key}
      - {name: claim_id, type: integer, role: key}
      - {name: sent_on, type: date, role: time}
relationships:
  - {from: claims, to: policies, "on": {policy_id: policy_id}}
  - {from: letters, to: claims, "on": {claim_id: claim_id}}
  - {from: policies, to: places, "on": {place_id: place_id}}
  - {from: claims, to: places, "on": {place_id: place_id}}
metrics:
  - {name: policies, dataset: policies, expression: count(*)}
  - {name: claims, dataset: claims, expression: count(*)}
  - {name: letters, dataset: letters, expression: count(*)}
"""
ENTITIES = """
entities:
  - {name: policy, dataset: policies, key: policy_id, label: {zh: 保单, en: policies}}
  - {name: claim, dataset: claims, key: claim_id, label: {zh: 案件, en: claims}}
lists:
  - {name: of_the_web, label: {zh: 网上的保单, en: policies of the web}, filter: {channel: [web]}}
  - {name: of_the_north, label: {zh: 北方的保单, en: policies of the north}, filter: {region: [north]}}
  - {name: by_phone, entity: claim, label: {zh: 电话报的案, en: claims by phone}, filter: {channel: [phone]}}
  - name: written_to
    entity: claim
    label: {zh: 去过信的案件, en: claims written to}
    among: [{having: letters >= 1, period: all, entity: claim}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("entities")
    with DuckDBWriter(made / "claims.duckdb") as writer:
        writer.execute(TABLES)
    (made / "two.yaml").write_text(MODEL + ENTITIES, encoding="utf-8")
    (made / "none.yaml").write_text(MODEL, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(folder / "claims.duckdb")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def two(folder: Path, engine: DuckDBEngine) -> Layer:
    return Layer(load_model(folder / "two.yaml"), engine, TODAY)


@pytest.mark.parametrize(
    ("metric", "listed", "value"),
    [
        ("policies", "of_the_web", 2),
        # of policies sold on the web, however they were reported
        ("claims", "of_the_web", 3),
        ("letters", "of_the_web", 3),
        ("claims", "by_phone", 3),
        ("letters", "by_phone", 2),
        ("letters", "written_to", 4),
        ("claims", "written_to", 3),
    ],
)
def test_a_list_is_of_its_own_entity_whatever_is_counted(metric: str, listed: str, value: int, two: Layer) -> None:
    asked = MetricQuery(metrics=(metric,), filters=(ListFilter(list=listed),))
    assert two.run(asked).rows == ((value,),)
    by_list = two.run(MetricQuery(metrics=(metric,), group_by=(listed,)))
    assert (True, value) in by_list.rows


def test_where_a_claim_happened_does_not_tell_where_its_policy_is_of(two: Layer) -> None:
    north = (ListFilter(list="of_the_north"),)
    assert two.run(MetricQuery(metrics=("policies",), filters=north)).rows == ((2,),)
    assert two.run(ListQuery(filters=north)).rows == ((1,), (3,))
    for filters, groups in ((north, ()), ((), ("of_the_north",))):
        with pytest.raises(QueryError) as found:
            two.run(MetricQuery(metrics=("claims",), filters=filters, group_by=groups))
        assert [each.code for each in found.value.problems] == ["ambiguous_path"]


def test_each_entity_is_listed_with_what_is_its_own(two: Layer) -> None:
    claims = MeasuredColumn(name="claims", metric="claims")
    letters = MeasuredColumn(name="letters", metric="letters")
    of_policies = two.run(ListQuery(measured=(claims, letters), filters=(ListFilter(list="of_the_web"),)))
    assert of_policies.rows == ((1, 2, 2), (2, 1, 1))
    of_claims = two.run(ListQuery(entity="claim", measured=(letters,), filters=(ListFilter(list="by_phone"),)))
    assert of_claims.rows == ((13, 1), (14, 1), (12, 0))


def test_behaviour_is_of_the_entity_that_is_named(two: Layer) -> None:
    def told(metric: str, per: str) -> object:
        twice = MetricFilter(metric="letters", per=per, op=">=", values=(2,))
        return two.run(MetricQuery(metrics=(metric,), filters=(twice,))).rows

    # policy 1 has two letters, both on claim 11
    assert told("claims", "policy") == ((2,),)
    assert told("claims", "") == ((2,),)
    assert told("claims", "claim") == ((1,),)


def test_without_entities_numbers_are_told_and_lists_refused(folder: Path, engine: DuckDBEngine) -> None:
    layer = Layer(load_model(folder / "none.yaml"), engine, TODAY)
    assert layer.run(MetricQuery(metrics=("letters",), group_by=("channel",))).rows == (("phone", 2), ("web", 2))
    once = MetricFilter(metric="letters", op=">=", values=(1,))
    for request in (ListQuery(), MetricQuery(metrics=("claims",), filters=(once,))):
        with pytest.raises(QueryError) as found:
            layer.run(request)
        assert [each.code for each in found.value.problems] == ["unknown_name"]
