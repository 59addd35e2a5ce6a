"""What the agent's calls come to, for Prometheus and for reports: calls by how they ended, seconds, tokens, cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chat_service.translate.agent.budget import Breaker
from chat_service.translate.agent.usage import Prices, Usage


@dataclass(eq=False)
class AgentMeters:
    """Counts calls; `register` shows the counts in a registry. `clock` counts seconds."""

    clock: Callable[[], float]
    prices: Prices
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    spent: Usage = field(default_factory=Usage)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._calls = Counter("huitou_llm_calls", "Calls of the model by outcome", ["outcome"], registry=self.registry)
        self._seconds = Histogram("huitou_llm_call_seconds", "Time of calls of the model", registry=self.registry)
        self._tokens = Counter("huitou_llm_tokens", "Tokens by kind", ["kind"], registry=self.registry)
        self._cost = Counter("huitou_llm_cost", "Cost, in the currency of the prices set", registry=self.registry)
        self._questions = Counter(
            "huitou_llm_questions", "Questions that the agent read, by outcome", ["outcome"], registry=self.registry
        )

    def watch(self, breaker: Breaker) -> None:
        """Show whether calls are held back."""
        gauge = Gauge("huitou_llm_circuit_open", "Whether calls are held back", registry=self.registry)
        gauge.set_function(lambda: float(breaker.is_open))

    def called(self, outcome: str, seconds: float, used: Usage) -> None:
        """Count a call."""
        with self._lock:
            self.spent += Usage(1, used.sent, used.cached, used.replied)
        self._calls.labels(outcome).inc()
        self._seconds.observe(seconds)
        for kind, count in (("sent", used.sent), ("cached", used.cached), ("replied", used.replied)):
            self._tokens.labels(kind).inc(count)
        self._cost.inc(self.prices.cost(used))

    def asked(self, outcome: str) -> None:
        """Count a question."""
        self._questions.labels(outcome).inc()
