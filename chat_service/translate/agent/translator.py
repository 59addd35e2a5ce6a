"""The agent as a translator: a question goes in, the same outcomes come out as from the rules, or a ModelError.

One event loop in a thread of its own serves all questions; whoever asks waits for no longer than the question's
deadline, and leaves at once when its client does.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

from chat_service.outcomes import Outcome, Question, Refusal
from chat_service.present.finding import Finding
from chat_service.translate.agent.asking import Asking, Step
from chat_service.translate.agent.budget import Breaker, Day, Purse
from chat_service.translate.agent.examples import Example
from chat_service.translate.agent.failures import ModelError, ModelFailure
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.meters import AgentMeters
from chat_service.translate.agent.readings import agent_reading, refusal_of
from chat_service.translate.agent.server import Server
from chat_service.translate.agent.telling import is_shown_whole, message_of, prefix_of
from chat_service.translate.agent.tokens import estimated_tokens
from chat_service.translate.agent.turns import Loop
from chat_service.translate.agent.usage import Limits, Prices, Usage
from chat_service.translate.agent.wording import facts_of, filled_in, wording_prompt
from chat_service.translate.grammar.parse import language_of
from prompts import prompts

Result = TypeVar("Result")
_POLL_SECONDS = 0.1


class BackgroundLoop:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agent", daemon=True)
        self._thread.start()

    def run(
        self, work: Coroutine[object, object, Result], seconds: float, has_left: Callable[[], bool] = lambda: False
    ) -> Result:
        """What the work gives, within the seconds. Raises ModelError where they are over, or the caller has left."""
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, seconds), self._loop)
        try:
            while True:
                try:
                    return future.result(_POLL_SECONDS)
                except concurrent.futures.CancelledError as error:
                    raise ModelError(ModelFailure("cancelled")) from error
                except TimeoutError as error:
                    if future.done():
                        raise ModelError(ModelFailure("timeout", "the question's time is over")) from error
                    if has_left():
                        future.cancel()
        finally:
            future.cancel()  # whoever asked was stopped otherwise

    def close(self) -> None:
        """Stop the loop; what still runs is cancelled."""
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _finish(self) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()


@dataclass(frozen=True, eq=False)
class Spending:
    """The budget that all questions share, the circuit of the server, and the clock."""

    limits: Limits
    prices: Prices
    clock: Callable[[], float]
    day: Day
    breaker: Breaker


class AgentTranslator:
    """Reads questions with a language model."""

    def __init__(self, server: Server, ground: Ground, examples: tuple[Example, ...], spending: Spending) -> None:
        self._server, self._ground, self.examples, self._spending = server, ground, examples, spending
        self.prefix = prefix_of(ground.catalogue)
        self._whole = is_shown_whole(ground.catalogue, self.prefix)
        self.meters = AgentMeters(spending.clock, spending.prices)
        self.breaker = spending.breaker
        self.meters.watch(self.breaker)
        self._background = BackgroundLoop()
        tokens = estimated_tokens(self.prefix)
        self._loop = Loop(server, self.prefix, tokens, self.breaker, self.meters)

    @property
    def spent(self) -> Usage:
        """All calls and tokens so far."""
        return self.meters.spent

    def translate(
        self,
        question: Question,
        hint: Outcome | None = None,
        say: Callable[[Step], None] = lambda _: None,
        has_left: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """What the question asks for. `hint` is what the rules made of it. Raises ModelError."""
        limits, clock = self._spending.limits, self._spending.clock
        language = language_of(question.text, question.language)
        purse = Purse(limits, self._spending.day, clock, clock() + limits.seconds)
        asking = Asking(question, language, self._ground, purse, say, hint)
        message = message_of(question, self._ground, self.examples, hint, whole=self._whole)
        try:
            outcome = self._background.run(self._loop.run(asking, message), limits.seconds, has_left)
        except ModelError as error:
            self.meters.asked(error.failure.cause)
            error.meant = asking.meant
            error.unsaid = asking.unsaid if error.failure.cause == "no_usable_reply" else ()
            raise
        self.meters.asked(type(outcome).__name__.lower())
        return outcome

    def worded(
        self,
        finding: Finding,
        reading: str,
        question: Question,
        say: Callable[[Step], None] = lambda _: None,
        has_left: Callable[[], bool] = lambda: False,
    ) -> str | None:
        """An answer's first sentence in the model's words, with the service's figures; None where it is not to be
        had."""
        facts, limits, clock = facts_of(finding), self._spending.limits, self._spending.clock
        if not facts:
            return None
        language = finding.names.language
        purse = Purse(limits, self._spending.day, clock, clock() + limits.seconds)
        asking = Asking(question, language, self._ground, purse, say)
        say("wording")
        try:
            work = self._loop.say(asking, wording_prompt(reading, facts, language))
            text = self._background.run(work, limits.seconds, has_left)
        except ModelError:
            return None
        return filled_in(text, reading, facts, finding, self._ground)

    def unavailable(self, question: Question) -> Refusal:
        """The refusal of a question that only the model might have read."""
        return self._refusal("model_unavailable", question.text, question)

    def unplaced(self, word: str, question: Question) -> Refusal:
        """The refusal of a question with a word that means something, and that the model could place nowhere."""
        return self._refusal("unknown_word", word, question)

    def close(self) -> None:
        """Let go of the server."""
        self._background.run(self._server.close(), 5)
        self._background.close()

    def _refusal(self, code: str, subject: str, question: Question) -> Refusal:
        language = language_of(question.text, question.language)
        reading = agent_reading(None, question, language, prompt=prompts()["standing"].version)
        return refusal_of(code, subject, (), self._ground.model, reading)
