"""Why a question has no request: a doubt that needs an answer, or a denial. Raised by the assembly, caught in rules."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.language.grammar.rule import Edge


@dataclass(frozen=True)
class Option:
    """One reading of a word in doubt: what it would be called, and what it is (a metric or a dimension with value)."""

    label: str
    kind: str
    name: str


@dataclass(frozen=True)
class Doubt:
    """Several readings: `start` and `end` are the folded span of the word in doubt."""

    code: str
    subject: str
    options: tuple[Option, ...]
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Denial:
    """No reading: a stable code, the words at fault, the nearest right ones."""

    code: str
    subject: str = ""
    nearest: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


class StopError(Exception):
    """Carries the doubt or the denial out of the assembly, with the item at fault where there is one."""

    def __init__(self, reason: Doubt | Denial, item: Edge | None = None) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.item = item


class LostError(StopError):
    """An item that the request does not show. No other reading may take its words for words without meaning."""

    item: Edge

    def __init__(self, reason: Denial, item: Edge) -> None:
        super().__init__(reason, item)
