"""Readers of different regions over a real socket: nobody learns of a row, a value or a field that is not theirs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pytest

from chat_service.access.keys import KeyFile
from semantic_layer import shipped_model_path
from tests.network.running import Running, serving

ACCESS = """
reader_attributes:
  - {name: region, description: {zh: 负责的大区, en: the region that they look after}}
policies:
  - {name: own_region, dataset: customers, filter: region = reader.region, except: [head_office]}
field_rules:
  - {fields: customers.province, show: withheld, except: [head_office]}
"""
READERS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "east": (("ask", "sql"), {"region": ("east",)}),
    "south": (("ask",), {"region": ("south",)}),
    "east_too": (("ask", "sql"), {"region": ("east",)}),
    "lost": (("ask",), {}),
    "office": (("ask", "sql", "head_office"), {}),
}
REVENUE = {"kind": "metrics", "metrics": ["revenue"], "group_by": ["region"]}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "loyalty"
    shutil.copytree(shipped_model_path(), folder)
    (folder / "zz_access.yaml").write_text(ACCESS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def service(demo_database: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    keys = KeyFile(folder / "keys.json")
    shown = {name: keys.add(name, roles, "2026-06-30", attributes)[1] for name, (roles, attributes) in READERS.items()}
    chosen = {"model": model, "keys": folder / "keys.json", "audit": folder / "audit.jsonl"}
    with serving(folder, demo_database, **chosen) as running:
        running.keys = shown  # type: ignore[attr-defined]
        yield running


def _as(service: Running, name: str) -> httpx.Client:
    return service.client(headers={"authorization": f"Bearer {service.keys[name]}"})  # type: ignore[attr-defined]


def _told(demo_database: Path, sql: str) -> list[object]:
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        return [row[0] for row in connection.execute(sql).fetchall()]


def test_each_sees_their_own_region(service: Running, demo_database: Path) -> None:
    revenues: list[str] = []
    for name in ("east", "south"):
        with _as(service, name) as client:
            body = client.post("/v1/query", json=REVENUE).json()
            (wanted,) = _told(
                demo_database,
                "SELECT sum(net_amount) FROM orders JOIN customers USING (customer_id) "
                f"WHERE status = 'paid' AND region = '{name}'",
            )
            ((region, revenue),) = body["table"]["rows"]
            assert region == name and revenue == pytest.approx(float(str(wanted)))
            assert body["provenance"]["policies"] == ["own_region"]
            assert [each["field"] for each in body["filters"] if each["origin"] == "policy"] == ["own_region"]
            chat = client.post("/v1/chat", json={"message": "各大区的销售额"}).json()
            assert chat["provenance"]["policies"] == ["own_region"]
            assert "policy_filter" in [each["code"] for each in chat["warnings"]]
            table = next(part for part in chat["content"] if part["type"] == "table")
            assert [row[0] for row in table["rows"]] == [name]
            exported = client.get(f"/v1/answers/{chat['request_id']}/export", params={"format": "csv"})
            lines = exported.text.strip().splitlines()
            assert exported.status_code == 200 and lines[-1].count(",") and len(lines) < 30, exported.text
            revenues.append(lines[-1])
    assert len(set(revenues)) == 2
    with _as(service, "office") as client:
        body = client.post("/v1/query", json=REVENUE).json()
        assert len(body["table"]["rows"]) > 5 and body["provenance"]["policies"] == []


def test_who_lacks_what_a_policy_asks_is_told_nothing_but_why(service: Running) -> None:
    with _as(service, "lost") as client:
        for path, body in (("/v1/query", REVENUE), ("/v1/query", {"kind": "list"})):
            refused = client.post(path, json=body)
            assert (refused.status_code, refused.json()["error"]["code"]) == (422, "attribute_missing"), refused.text
        chat = client.post("/v1/chat", json={"message": "各大区的销售额"}).json()
        assert (chat["status"], chat["problem"]["code"]) == ("refused", "attribute_missing")
        assert client.get("/v1/dimensions/city/values").json()["error"]["code"] == "attribute_missing"


ATTACKS = (
    "{city}的客户数",
    "customers in {city}",
    "{city_cut}的销售额",
    "{city}和杭州的订单数对比",
    "各城市的客户数",
    "客户最多的10个城市",
    "客户 {name} 的订单",
    "为什么2026年5月的销售额变化了，按城市",
    "流失风险最高的20个客户",
)


def test_no_value_of_another_region_leaves_the_service(service: Running, demo_database: Path) -> None:
    """Cities of other regions alone: in answers, in suggestions, in what was perhaps meant, in searches of values."""
    others = _told(
        demo_database,
        "SELECT DISTINCT city FROM customers WHERE city IS NOT NULL AND city NOT IN "
        "(SELECT city FROM customers WHERE region = 'east' AND city IS NOT NULL)",
    )
    cities = [str(each) for each in others]
    assert len(cities) > 3
    city = cities[0]
    said: list[tuple[str, str]] = []
    with _as(service, "east") as client:
        for each in ATTACKS:
            question = each.format(city=city, city_cut=city[:-1] + "士", name="C000001")
            said.append((question, client.post("/v1/chat", json={"message": question}).text))
        for search in ("", city, city[0], "x"):
            said.append((search, client.get("/v1/dimensions/city/values", params={"search": search}).text))
        for search in (city, city[0]):
            found = client.get("/v1/values", params={"search": search}).json()["values"]
            # stores are nobody's customers, and are called by their cities
            said += [(search, str(each["value"])) for each in found if not each["dimension"].startswith("store")]
        said.append(("", client.get("/v1/opening").text))
        for value in (city, city[:-1]):
            asked = {"kind": "metrics", "metrics": ["revenue"], "filters": [{"field": "city", "values": [value]}]}
            said.append((value, client.post("/v1/query", json=asked).text))
        said.append(("", client.post("/v1/query", json={"kind": "list", "columns": ["city"], "limit": 1000}).text))
    for question, text in said:
        leaked = [each for each in cities if each in text and each not in question]
        assert not leaked, (question, leaked, text[:2000])


def test_a_withheld_field_is_told_to_those_with_the_role_alone(service: Running) -> None:
    by_province = {"kind": "metrics", "metrics": ["customers"], "group_by": ["province"]}
    with _as(service, "east") as client:
        refused = client.post("/v1/query", json=by_province)
        assert refused.json()["error"]["code"] == "field_withheld"
        assert client.get("/v1/dimensions/province/values").json()["error"]["code"] == "field_withheld"
        names = [each["name"] for each in client.get("/v1/dimensions").json()["dimensions"]]
        assert "province" not in names and "city" in names
        chat = client.post("/v1/chat", json={"message": "各省份的客户数"}).json()
        assert chat["status"] != "answered", chat
    with _as(service, "office") as client:
        assert len(client.post("/v1/query", json=by_province).json()["table"]["rows"]) > 5


def test_the_audit_names_the_policies(service: Running) -> None:
    with _as(service, "east") as client:
        client.post("/v1/query", json=REVENUE)
    lines = (service.log.parent / "audit.jsonl").read_text().splitlines()
    last = [json.loads(line) for line in lines if '"reader":"east"' in line][-1]
    assert last["policies"] == ["own_region"]


def test_a_shared_answer_is_for_those_who_see_the_same(service: Running) -> None:
    with _as(service, "east") as client:
        started = client.post("/v1/chat", json={"message": "各大区的销售额"}).json()["conversation_id"]
        shared = client.post(f"/v1/conversations/{started}/share").json()["share_id"]
    for name, status in (("east_too", 200), ("south", 403), ("office", 403), ("lost", 403)):
        with _as(service, name) as client:
            assert client.get(f"/v1/shared/{shared}").status_code == status, name
