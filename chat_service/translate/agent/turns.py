"""The agent's loop, which is LangChain's: the model replies or looks something up; a reply is checked; it is mended
or ends.

    create_agent(model, lookups, the constant prefix, reply by structured output, middleware = calls, lookups, checks)

Built once; every run has its own `Asking` as typed context. A model without tools gets the same prefix and replies in
JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse, hook_config
from langchain.agents.middleware.types import ToolCallRequest
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command
from langsmith import tracing_context

from chat_service.outcomes import Outcome
from chat_service.translate.agent.asking import Asking, Run
from chat_service.translate.agent.budget import Breaker
from chat_service.translate.agent.calls import Calls, NoToolsError
from chat_service.translate.agent.checking import verdict_on
from chat_service.translate.agent.failures import ModelError, ModelFailure
from chat_service.translate.agent.meters import AgentMeters
from chat_service.translate.agent.reply import TOOL, NoReplyError, Reply, read_reply, reply_in_text, reply_schema
from chat_service.translate.agent.server import PROSE, Server
from chat_service.translate.agent.tools import LOOKUPS
from prompts import prompts

MOST_REPLIES, MOST_LOOKUPS = 3, 5
_RECURSIONS = 60
Graph = CompiledStateGraph[Any, Any, Any, Any]


class Lookups(AgentMiddleware[Any, Run, Any]):
    """Bounds what is looked up: nothing twice, and not for ever."""

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """What the lookup finds, or that it is time to reply."""
        context = request.runtime.context
        assert isinstance(context, Run), "the loop is run with its context"
        asking = context.asking
        call = request.tool_call
        asked = f"{call['name']} {sorted(call['args'].items())}"
        refused = "You asked that before." if asked in asking.lookups else None
        if len(asking.lookups) >= MOST_LOOKUPS:
            refused = "That is enough."
        asking.lookups.append(asked)
        if refused is not None:
            return ToolMessage(
                f"{refused} Reply now.", tool_call_id=call["id"] or "", name=call["name"], status="error"
            )
        return await handler(request)


class Checks(AgentMiddleware[Any, Run, Any]):
    """Checks every reply; one that does not hold goes back with the reasons."""

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self._prompt = prompt

    @hook_config(can_jump_to=["model", "end"])
    def after_model(self, state: AgentState[Any], runtime: Runtime[Run]) -> dict[str, Any] | None:
        """End with an outcome, or say what is wrong. Raises ModelError when that was said often enough."""
        asking, messages = runtime.context.asking, state["messages"]
        last = next(message for message in reversed(messages) if isinstance(message, AIMessage))
        structured = state.get("structured_response")
        if structured is None and last.tool_calls:
            return None
        asking.replies += 1
        asking.say("checking")
        try:
            reply = read_reply(structured) if structured is not None else reply_in_text(last.text)
            reasons = self._reasons(reply, asking)
        except NoReplyError as error:
            reasons = error.reasons
        if asking.outcome is not None:
            return {"jump_to": "end"}
        if asking.replies >= MOST_REPLIES:
            raise ModelError(ModelFailure("no_usable_reply", "; ".join(reasons)[:200]))
        told = prompts()["repair"].render({"problems": "\n".join(f"- {reason}" for reason in reasons)})
        more = [*_unanswered(messages), HumanMessage(told)]
        return {"messages": more, "structured_response": None, "jump_to": "model"}

    def _reasons(self, reply: Reply, asking: Asking) -> tuple[str, ...]:
        """What speaks against a reply; with none left the asking has its outcome."""
        about = partial(verdict_on, reply, asking.question, asking.ground, prompt=self._prompt, hint=asking.hint)
        first = about()
        if first.outcome is None and not first.hard and set(first.soft) <= asking.told:
            first = about(insisted=True)
        asking.told.update(first.soft)
        asking.outcome, asking.unsaid = first.outcome, first.unsaid
        asking.meant = first.meant or asking.meant
        return first.reasons


class Prose(AgentMiddleware[Any, Run, Any]):
    """Asks for a sentence instead of a reply."""

    async def awrap_model_call(
        self, request: ModelRequest[Run], handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """The model's sentence."""
        return await handler(request.override(model_settings={PROSE: True}))


class Loop:
    """The compiled loop over one server. `prefix` is what every run begins with."""

    def __init__(self, server: Server, prefix: str, prefix_tokens: int, breaker: Breaker, meters: AgentMeters) -> None:
        self._server = server
        prompt = prompts()["standing"].version
        middleware = (Calls(server, breaker, meters, prefix_tokens), Lookups(), Checks(prompt))
        self._with_tools: Graph = create_agent(
            server.chat,
            list(LOOKUPS),
            system_prompt=prefix,
            middleware=middleware,
            response_format=ToolStrategy(reply_schema(), tool_message_content="Received."),
            context_schema=Run,
        )
        self._without: Graph = create_agent(
            server.chat, [], system_prompt=prefix, middleware=(middleware[0], middleware[2]), context_schema=Run
        )
        self._for_prose: Graph = create_agent(
            server.chat, [], middleware=(Calls(server, breaker, meters, 0), Prose()), context_schema=Run
        )

    async def say(self, asking: Asking, message: str) -> str:
        """What the model writes when it is asked for a sentence. Raises ModelError."""
        with tracing_context(enabled=False):
            given = {"messages": [HumanMessage(message)]}
            state = await self._for_prose.ainvoke(given, context=Run(asking), config={"recursion_limit": _RECURSIONS})
        last = state["messages"][-1]
        return last.text if isinstance(last, AIMessage) else ""

    async def run(self, asking: Asking, message: str) -> Outcome:
        """The outcome of a question. Raises ModelError. Nothing is traced anywhere, whatever the environment says."""
        with tracing_context(enabled=False):
            try:
                await self._run(asking, message)
            except NoToolsError:
                await self._run(asking, message)
        if asking.outcome is None:
            raise ModelError(ModelFailure("no_usable_reply"))
        return asking.outcome

    async def _run(self, asking: Asking, message: str) -> None:
        graph = self._with_tools if self._server.uses_tools else self._without
        given = {"messages": [HumanMessage(message)]}
        await graph.ainvoke(given, context=Run(asking), config={"recursion_limit": _RECURSIONS})


def _unanswered(messages: list[AnyMessage]) -> list[ToolMessage]:
    """Answers to calls that were made beside a reply: a server wants one for each."""
    last = next(message for message in reversed(messages) if isinstance(message, AIMessage))
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    open_calls = (call for call in last.tool_calls if call["id"] not in answered)
    return [
        ToolMessage(
            "Received." if call["name"] == TOOL else "Not run: you replied.",
            tool_call_id=call["id"] or "",
            name=call["name"],
        )
        for call in open_calls
    ]
