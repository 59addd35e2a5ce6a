"""What browsers are told, which hosts and origins are answered, and how many requests a minute."""

from __future__ import annotations

from pathlib import Path

from tests.network.running import Running, serving

QUERY = {"kind": "metrics", "metrics": ["customers"]}


def test_a_page_of_another_site_reaches_nothing_here(service: Running) -> None:
    with service.client() as client:
        # by a name of the attacker's that points to this machine
        rebound = client.post("/v1/query", json=QUERY, headers={"host": f"evil.example:{service.port}"})
        assert (rebound.status_code, rebound.json()["error"]["code"]) == (421, "unknown_host")
        for origin in ("https://evil.example", "null", "http://["):
            crossed = client.post("/v1/query", json=QUERY, headers={"origin": origin})
            assert (crossed.status_code, crossed.json()["error"]["code"]) == (403, "cross_origin"), origin
            assert "access-control-allow-origin" not in crossed.headers
        own = client.post("/v1/query", json=QUERY, headers={"origin": service.url})
        assert own.status_code == 200
        # a form or a simple request of another page cannot send JSON
        plain = client.post(
            "/v1/query", content='{"kind":"metrics","metrics":["customers"]}', headers={"content-type": "text/plain"}
        )
        assert plain.status_code in (415, 422)


def test_everything_says_what_browsers_may_do_with_it(service: Running) -> None:
    with service.client() as client:
        answers = [client.get(path) for path in ("/docs", "/healthz", "/v1/metrics", "/nowhere")]
        answers.append(client.get("/healthz", headers={"host": "evil.example"}))
    for each in answers:
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in each.headers["content-security-policy"]
        assert "server" not in each.headers
        assert each.headers["x-request-id"]


def test_named_hosts_origins_and_rates(demo_database: Path, tmp_path: Path) -> None:
    chosen = {"hosts": "huitou.example, 127.0.0.1", "origins": "https://page.example", "requests_per_minute": 5}
    with serving(tmp_path, demo_database, **chosen) as service, service.client() as client:
        assert client.get("/healthz", headers={"host": "huitou.example"}).status_code == 200
        assert client.get("/healthz", headers={"host": "localhost"}).status_code == 421
        asked = client.post("/v1/query", json=QUERY, headers={"origin": "https://page.example"})
        assert asked.headers["access-control-allow-origin"] == "https://page.example"
        preflight = {
            "origin": "https://page.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }
        assert client.options("/v1/query", headers=preflight).status_code == 200
        found = [client.post("/v1/query", json=QUERY) for _ in range(6)]
        limited = [each for each in found if each.status_code == 429]
        assert limited and all(each.json()["error"]["code"] == "rate_limited" for each in limited)
        assert all(int(each.headers["retry-after"]) >= 1 for each in limited)
        with service.client(address="127.0.0.5") as other:
            assert other.post("/v1/query", json=QUERY).status_code == 200, "another reader has a minute of their own"
        assert client.get("/healthz").status_code == 200
