"""Keys and roles over a real socket: nobody without a key, nothing beyond a role, no secret kept."""

from __future__ import annotations

import json
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner, Result

from chat_service.cli import app
from tests.network.running import Running, serving

QUERY = {"kind": "list", "columns": ["phone"], "limit": 5}
QUESTION = {"message": "2025年各大区的销售额"}


def _huitou(folder: Path, *arguments: str, **settings: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"HUITOU_KEYS": str(folder / "keys.json"), **settings})


def _key(folder: Path, name: str, *roles: str) -> str:
    done = _huitou(folder, "keys", "add", name, *(part for role in roles for part in ("--role", role)))
    assert done.exit_code == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def keys(folder: Path) -> dict[str, str]:
    """A key for each reader, with the roles of the name."""
    roles = {"anne": ("ask",), "ben": ("ask", "sql"), "chief": ("ask", "sql", "personal", "administer"), "meter": ()}
    made = {name: _key(folder, name, *own) for name, own in roles.items() if own}
    return {**made, "meter": _key(folder, "meter", "administer")}


@pytest.fixture(scope="module")
def guarded(demo_database: Path, folder: Path, keys: dict[str, str]) -> Iterator[Running]:
    """A service for whose address keys are needed: all addresses of this machine."""
    assert keys
    with serving(folder, demo_database, host="0.0.0.0", keys=folder / "keys.json") as running:  # noqa: S104
        yield running


def _as(service: Running, key: str) -> httpx.Client:
    return service.client(headers={"authorization": f"Bearer {key}"})


def test_nobody_asks_without_a_key(guarded: Running) -> None:
    tries: tuple[dict[str, str], ...] = (
        {},
        {"authorization": "Bearer hk_00000000_wrong"},
        {"authorization": "Basic YTpi"},
        {"authorization": "Bearer"},
        {"x-api-key": ""},
    )
    for headers in tries:
        with guarded.client(headers=headers) as client:
            answers = [
                client.post("/v1/chat", json=QUESTION),
                client.post("/v1/chat/stream", json=QUESTION),
                client.post("/v1/query", json=QUERY),
                client.get("/v1/metrics"),
                client.get("/v1/dimensions"),
                client.get("/v1/dimensions/city/values"),
                client.get("/v1/conversations"),
                client.get("/v1/conversations/any"),
                client.delete("/v1/conversations/any"),
                client.post("/v1/feedback", json={"request_id": "any", "positive": True}),
                client.get("/metrics"),
            ]
        for each in answers:
            assert each.status_code == 401, (headers, each.request.url)
            assert each.headers["www-authenticate"] == "Bearer"
            assert each.json()["error"]["code"] in ("key_needed", "unknown_key")
    with guarded.client() as client:
        assert client.get("/healthz").status_code == 200, "health needs no key"


def test_roles_decide_what_is_seen(guarded: Running, keys: dict[str, str]) -> None:
    with _as(guarded, keys["anne"]) as client:
        chat = client.post("/v1/chat", json=QUESTION).json()
        assert chat["status"] == "answered" and "sql" not in [part["type"] for part in chat["content"]]
        table = client.post("/v1/query", json=QUERY).json()
        assert table["sql"] is None and all(row[1] is None or "****" in row[1] for row in table["table"]["rows"])
        assert client.post("/v1/query?explain=1", json=QUERY).json()["error"]["code"] == "not_allowed"
        assert client.get("/metrics").status_code == 403
        kept = client.get(f"/v1/conversations/{chat['conversation_id']}").json()
        assert "SELECT" not in json.dumps(kept)
    with _as(guarded, keys["ben"]) as client:
        assert "SELECT" in client.post("/v1/query", json=QUERY).json()["sql"]["statement"]
        assert client.get(f"/v1/conversations/{chat['conversation_id']}").status_code == 404, "anne's is not ben's"
        taken = client.post("/v1/chat", json={**QUESTION, "conversation_id": chat["conversation_id"]})
        assert taken.json()["error"]["code"] == "unknown_conversation"
    with _as(guarded, keys["chief"]) as client:
        rows = client.post("/v1/query", json=QUERY).json()["table"]["rows"]
        assert any(row[1] and re.fullmatch(r"\d{11}", row[1]) for row in rows)
        assert client.get("/metrics").status_code == 200
    with _as(guarded, keys["meter"]) as client:
        assert client.get("/metrics").status_code == 200
        assert client.post("/v1/chat", json=QUESTION).json()["error"]["code"] == "not_allowed"


def test_a_key_opens_nothing_once_revoked(guarded: Running, folder: Path) -> None:
    key = _key(folder, "leaving", "ask")
    with _as(guarded, key) as client:
        assert client.get("/v1/metrics").status_code == 200
        assert _huitou(folder, "keys", "revoke", key.split("_")[1]).exit_code == 0
        assert client.get("/v1/metrics").json()["error"]["code"] == "unknown_key"
    assert _huitou(folder, "keys", "revoke", "nothing").stderr.startswith("unknown_key_id")


def test_a_reader_keeps_conversations_under_another_key(guarded: Running, folder: Path, keys: dict[str, str]) -> None:
    with _as(guarded, keys["anne"]) as client:
        started = client.post("/v1/chat", json=QUESTION).json()["conversation_id"]
    with _as(guarded, _key(folder, "anne", "ask")) as client:
        assert client.get(f"/v1/conversations/{started}").status_code == 200


def test_no_key_is_kept_or_logged(guarded: Running, folder: Path, keys: dict[str, str]) -> None:
    file = folder / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listed = _huitou(folder, "keys", "list").stdout
    for shown in keys.values():
        secret = shown.split("_", 2)[2]
        assert secret not in file.read_text() and secret not in listed and secret not in guarded.log.read_text()


def test_a_broken_file_of_keys_opens_nothing(demo_database: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_database, keys=tmp_path / "keys.json") as service, service.client() as client:
        assert client.get("/v1/metrics").status_code == 200, "this machine, and no keys"
        (tmp_path / "keys.json").write_text("[")
        broken = client.get("/v1/metrics")
        assert (broken.status_code, broken.json()["error"]["code"]) == (503, "keys_unreadable")
        assert str(tmp_path) not in broken.text
        (tmp_path / "keys.json").unlink()
        _key(tmp_path, "anne", "ask")
        assert client.get("/v1/metrics").status_code == 401, "with a key, everybody needs one"


def test_an_open_address_without_keys_is_refused_unless_told_so(demo_database: Path, tmp_path: Path) -> None:
    open_to_all = {"HUITOU_HOST": "0.0.0.0", "HUITOU_DATABASE": str(demo_database)}  # noqa: S104
    refused = _huitou(tmp_path, "serve", **open_to_all)
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (1, "open_to_everybody")
    told = {"host": "0.0.0.0", "anonymous": "everybody", "keys": tmp_path / "keys.json"}  # noqa: S104
    with serving(tmp_path, demo_database, **told) as service, service.client() as client:
        assert client.get("/v1/metrics").status_code == 200


def test_tokens_are_believed_of_their_issuer_alone(demo_database: Path, tmp_path: Path) -> None:
    jwt = pytest.importorskip("jwt")
    own, other = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "issuer.pem").write_bytes(public)
    now = int(time.time())
    good = {"iss": "https://id.example", "aud": "huitou", "sub": "anne", "exp": now + 600, "roles": ["ask"]}
    wrong = (
        jwt.encode(good, other, algorithm="EdDSA"),
        jwt.encode(good, key=None, algorithm="none"),
        jwt.encode({**good, "iss": "https://else.example"}, own, algorithm="EdDSA"),
        jwt.encode({**good, "aud": "another"}, own, algorithm="EdDSA"),
        jwt.encode({**good, "exp": now - 600}, own, algorithm="EdDSA"),
        jwt.encode({name: value for name, value in good.items() if name != "exp"}, own, algorithm="EdDSA"),
        jwt.encode({name: value for name, value in good.items() if name != "sub"}, own, algorithm="EdDSA"),
        "a.b.c",
        "..",
    )
    known = {"token_issuer": "https://id.example", "token_audience": "huitou", "token_keys": tmp_path / "issuer.pem"}
    with serving(tmp_path, demo_database, keys=tmp_path / "keys.json", **known) as service:
        for token in wrong:
            with _as(service, token) as client:
                refused = client.get("/v1/metrics")
                assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unknown_key"), token
        with service.client() as client:
            assert client.get("/v1/metrics").json()["error"]["code"] == "key_needed"
        with _as(service, jwt.encode(good, own, algorithm="EdDSA")) as client:
            table = client.post("/v1/query", json=QUERY).json()
            assert table["sql"] is None and all(row[1] is None or "****" in row[1] for row in table["table"]["rows"])
        seeing = jwt.encode({**good, "roles": "ask sql personal unheard_of"}, own, algorithm="EdDSA")
        with _as(service, seeing) as client:
            table = client.post("/v1/query", json=QUERY).json()
            assert table["sql"] and any(row[1] and "****" not in row[1] for row in table["table"]["rows"])
