"""MCP as its clients speak it: the SDK's own client, over the pipes of a process and over HTTP on a real socket."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from chat_service.access.keys import KeyFile
from tests.channels.conftest import Company
from tests.network.running import Running, serving

pytest.importorskip("mcp", reason="the extra 'mcp' is not installed")
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

Value = TypeVar("Value")
REVENUE = {"kind": "metrics", "metrics": ["revenue"], "group_by": ["region"]}
TOOLS = {"ask", "query", "explain", "describe_metrics", "describe_dimensions", "search_values"}


@pytest.fixture(scope="module")
def service(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`huitou mcp --http` over the company."""
    folder = tmp_path_factory.mktemp("mcp")
    chosen = {"model": company.model, "keys": company.keys, "audit": folder / "audit.jsonl", "per_reader_at_most": 2}
    with serving(folder, company.database, "mcp", "--http", **chosen) as running:
        yield running


def _by_pipe(company: Company, folder: Path, key: str | None) -> StdioServerParameters:
    chosen = {
        "HUITOU_DATABASE": str(company.database),
        "HUITOU_MODEL": str(company.model),
        "HUITOU_KEYS": str(company.keys),
        "HUITOU_CONVERSATIONS_URL": f"sqlite:///{folder / 'kept.sqlite'}",
    }
    if key is not None:
        chosen["HUITOU_MCP_KEY"] = key
    return StdioServerParameters(command=sys.executable, args=["-m", "chat_service.cli", "mcp"], env=chosen)


def _over_http(
    service: Running, key: str | None, use: Callable[[Client], Awaitable[Value]], *, mode: str = "auto"
) -> Value:
    """What a client with a key gets."""

    async def used() -> Value:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{service.url}/mcp", http_client=http), mode=mode) as client,
        ):
            return await use(client)

    return asyncio.run(used())


def _parts(body: dict[str, Any]) -> dict[str, Any]:
    return {part["type"]: part for part in body["content"]}


def _text(result: Any) -> str:  # noqa: ANN401 - the SDK's result
    return str(result.content[0].text)


def test_a_whole_conversation_by_pipe(company: Company, tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        tools = {each.name: each for each in (await client.list_tools()).tools}
        assert set(tools) == TOOLS
        assert all(each.output_schema for each in tools.values())
        assert all(each.annotations and each.annotations.read_only_hint for each in tools.values())
        first = await client.call_tool("ask", {"question": "转化情况"})
        asked = first.structured_content
        assert asked is not None and asked["status"] == "clarification"
        clarification = _parts(asked)["clarification"]
        choice = clarification["choices"][1]
        assert choice["id"] in _text(first) and asked["conversation_id"] in _text(first)
        taken = {"clarification_id": clarification["id"], "choice_id": choice["id"]}
        second = await client.call_tool(
            "ask", {"question": "", "conversation_id": asked["conversation_id"], **taken, "message_id": "m-1"}
        )
        answered = second.structured_content
        assert answered is not None and answered["status"] == "answered"
        assert list(_parts(answered)["interpretation"]["query"]["metrics"]) == [choice["id"]]
        again = await client.call_tool(
            "ask", {"question": "", "conversation_id": asked["conversation_id"], **taken, "message_id": "m-1"}
        )
        assert again.structured_content == answered
        follow = await client.call_tool(
            "ask", {"question": "按大区呢", "conversation_id": asked["conversation_id"], "message_id": "m-2"}
        )
        rows = _parts(follow.structured_content or {})["table"]["shown"]
        assert all(f"| {row[0]} |" in _text(follow) for row in rows) and len(rows) > 3

    async def run() -> None:
        async with Client(_by_pipe(company, tmp_path, company.shown["office"])) as client:
            await talk(client)

    asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_each_call_is_of_the_reader_whose_key_it_shows(service: Running, company: Company, mode: str) -> None:
    async def regions(client: Client) -> tuple[list[str], list[str]]:
        table = (await client.call_tool("query", {"request": REVENUE})).structured_content
        said = (await client.call_tool("ask", {"question": "各大区的销售额"})).structured_content
        assert table is not None and said is not None
        assert [each["origin"] for each in table["filters"] if each["origin"] == "policy"] or "sql" in table
        return [row[0] for row in table["table"]["rows"]], [row[0] for row in _parts(said)["table"]["rows"]]

    for name in ("east", "south"):
        assert _over_http(service, company.shown[name], regions, mode=mode) == ([name], [name])
    queried, asked = _over_http(service, company.shown["office"], regions, mode=mode)
    assert len(queried) > 5 and sorted(queried) == sorted(asked)


def test_values_and_catalogue_are_those_of_the_reader(service: Running, company: Company) -> None:
    async def look(client: Client) -> tuple[list[str], str, set[str]]:
        found = await client.call_tool("search_values", {"search": "东", "dimension": "region"})
        assert found.structured_content is not None
        listed = {str(each.uri) for each in (await client.list_resources()).resources}
        text = (await client.read_resource("huitou://catalogue")).contents[0]
        one = (await client.read_resource("huitou://metrics/revenue")).contents[0]
        assert [each["name"] for each in json.loads(getattr(one, "text", "{}"))["metrics"]] == ["revenue"]
        values = (await client.read_resource("huitou://dimensions/region/values")).contents[0]
        kept = {each["value"] for each in json.loads(getattr(values, "text", "{}"))["values"]}
        assert {each["value"] for each in found.structured_content["values"]} <= kept
        return sorted(listed), getattr(text, "text", ""), kept

    listed, text, kept = _over_http(service, company.shown["east"], look)
    assert listed == ["huitou://catalogue", "huitou://dimensions", "huitou://metrics"]
    assert "revenue" in text and kept == {"east"}
    assert len(_over_http(service, company.shown["office"], look)[2]) > 5


def test_metrics_and_dimensions_are_found_by_name_and_word(service: Running, company: Company) -> None:
    async def look(client: Client) -> None:
        found = (await client.call_tool("describe_metrics", {"search": "复购"})).structured_content
        assert found is not None and "repurchase_rate" in [each["name"] for each in found["metrics"]]
        named = (await client.call_tool("describe_dimensions", {"names": ["region"]})).structured_content
        assert named is not None and [each["name"] for each in named["dimensions"]] == ["region"]
        wrong = await client.call_tool("describe_metrics", {"names": ["revenu"]})
        assert wrong.is_error and wrong.structured_content is not None
        assert wrong.structured_content["error"]["code"] == "unknown_name" and "revenue" in _text(wrong)
        with pytest.raises(MCPError):
            await client.read_resource("huitou://metrics/revenu")

    _over_http(service, company.shown["south"], look)


def test_statements_are_for_those_who_may_see_them(service: Running, company: Company) -> None:
    async def explain(client: Client) -> tuple[bool, dict[str, Any]]:
        answered = (await client.call_tool("ask", {"question": "revenue last month"})).structured_content
        assert answered is not None
        explained = await client.call_tool("explain", {"request": REVENUE})
        return "sql" in _parts(answered), explained.structured_content or {}

    sees, body = _over_http(service, company.shown["east"], explain)
    assert sees and "SELECT" in body["sql"]["statement"]
    assert {each["origin"] for each in body["filters"]} >= {"policy"}
    sees, body = _over_http(service, company.shown["south"], explain)
    assert not sees and body["error"]["code"] == "not_allowed"


def test_whoever_shows_no_good_key_is_refused(service: Running, company: Company, tmp_path: Path) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accepted = {"accept": "application/json, text/event-stream"}
    for shown, code in ((None, "key_needed"), ("hk_no_such", "unknown_key")):
        headers = {**accepted} if shown is None else {**accepted, "authorization": f"Bearer {shown}"}
        with service.client(headers=headers) as client:
            refused = client.post("/mcp", json=call)
            assert (refused.status_code, refused.json()["error"]["code"]) == (401, code)
            assert refused.headers["www-authenticate"] == "Bearer"
            assert client.get("/healthz").status_code == 200
    with service.client(headers={**accepted, "authorization": f"Bearer {company.shown['east']}"}) as client:
        assert client.post("/mcp", json=call, headers={"host": "elsewhere.example"}).status_code == 421
        assert client.post("/mcp", json=call, headers={"origin": "https://elsewhere.example"}).status_code == 403
    pipe = _by_pipe(company, tmp_path, None)
    ended = subprocess.run([pipe.command, *pipe.args], env=pipe.env, input=b"", capture_output=True, timeout=60)
    assert ended.returncode == 1 and b"key_needed" in ended.stderr and not ended.stdout


def test_a_revoked_key_opens_nothing_more(company: Company, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    key, shown = keys.add("visitor", ("ask",), "2026-06-30", {"region": ("east",)})
    own = Company(company.database, company.model, tmp_path / "keys.json", {})

    async def run() -> None:
        async with Client(_by_pipe(own, tmp_path, shown)) as client:
            assert not (await client.call_tool("describe_metrics", {"search": "revenue"})).is_error
            keys.revoke(key.id, "2026-06-30")
            with pytest.raises(MCPError) as refused:
                await client.call_tool("describe_metrics", {"search": "revenue"})
            assert "unknown_key" in str(refused.value)

    asyncio.run(run())


def test_limits_and_audit_are_those_of_the_service(service: Running, company: Company) -> None:
    async def crowd(client: Client) -> list[str]:
        calls = (client.call_tool("ask", {"question": f"revenue by city in {year}"}) for year in range(2019, 2026))
        told = [(result.structured_content or {}) for result in await asyncio.gather(*calls)]
        return [each["error"]["code"] if "error" in each else each["status"] for each in told]

    codes = _over_http(service, company.shown["south"], crowd)
    assert "too_many_requests" in codes and set(codes) <= {"too_many_requests", "answered", "empty"}
    kept = [json.loads(line) for line in (service.log.parent / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    told = {(each["reader"], each["what"]) for each in kept}
    assert ("south", "mcp ask") in told and ("", "mcp") in told
