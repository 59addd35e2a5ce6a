"""The agent's own time for a question, apart from its model's: a server on loopback that replies at once.

What is timed is everything that the agent adds to the rules: telling, the loop, JSON, the socket, the checks. The
server is a process of its own, whose work is in the time as well, since the question waits for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from pydantic import SecretStr

from chat_service.outcomes import Question
from chat_service.services import open_services
from chat_service.settings import Settings

QUESTIONS = 40
_SERVER = """
import sys, time
from tests.agent.model_server import Says, in_turn, serving
import json
with serving(in_turn(Says(calls=(("reply", json.loads(sys.argv[1])),)))) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""
_REPLY = {
    "answer": "metrics",
    "request": {
        "metrics": ["repurchase_rate"],
        "period": "上个月",
        "filters": [{"field": "member_tier", "values": ["gold"]}],
    },
    "words": [
        {"said": "老板追着问", "part": "none"},
        {"said": "上个月", "part": "period"},
        {"said": "金卡会员", "part": "filters[0]"},
        {"said": "复购率", "part": "metrics[0]"},
    ],
}


def own_time(database: Path) -> tuple[float, ...]:
    """The milliseconds of the agent's own work for each of some questions."""
    run = [sys.executable, "-c", _SERVER, json.dumps(_REPLY)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdin is not None, "both are pipes"
        url = server.stdout.readline().strip()
        settings = Settings(database=database, llm_api_key=SecretStr("none"), llm_base_url=url)
        services = open_services(settings, time.perf_counter)
        question = Question("老板追着问，上个月金卡会员复购率", services.layer.as_of)
        hint, agent = services.translator.translate(question), services.together.agent
        agent.translate(question, hint)
        taken = []
        for _ in range(QUESTIONS):
            started = time.perf_counter()
            outcome = agent.translate(question, hint)
            taken.append((time.perf_counter() - started) * 1000)
            assert outcome.reading.translator == "llm", "the model read it"
        services.close()
        server.stdin.close()
    return tuple(taken)
