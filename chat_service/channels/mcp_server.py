"""The MCP server: tools that ask, query, explain and describe, and the catalogue as resources. Imports the SDK.

Comes in: calls of an MCP client, and who stands behind each, as the transport tells it. Goes out: the bodies of the
HTTP interface as structured content, beside a text to read. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST, CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from chat_service.access.admission import AdmissionError, Admitted
from chat_service.access.keys import Role
from chat_service.channels import visits
from chat_service.channels.catalogue_bodies import (
    catalogue_body,
    dimensions_body,
    found_values_body,
    metrics_body,
    values_body,
)
from chat_service.channels.failures import told_of
from chat_service.channels.http_mcp import App, admitted_over_http
from chat_service.channels.reply import Reply, markdown_of
from chat_service.channels.running import running
from chat_service.channels.station import Station
from chat_service.channels.typed import TypedQuestion, typed_answer, typed_explanation
from chat_service.channels.visits import Visit
from chat_service.channels.wire import (
    Body,
    ChatBody,
    ChatRequest,
    ErrorBody,
    ErrorDetail,
    ExplainBody,
    QueryBody,
    Selection,
)
from chat_service.channels.wire_catalogue import DimensionsBody, FoundValueBody, FoundValuesBody, MetricsBody
from chat_service.channels.work import Job, wait_of
from chat_service.outcomes import Language
from chat_service.services import Services
from chat_service.settings import Day
from chat_service.translate.grammar.parse import language_of
from semantic_layer import HuitouError, QueryError, Request, UnknownName, as_asked, nearest

_INSTRUCTIONS = (
    "Numbers about customers' loyalty from a governed semantic layer. Pass people's questions on to `ask` in their own "
    "words, Chinese or English; it answers, asks back with choices, or refuses, and never guesses. Take a choice with "
    "`clarification_id` and `choice_id`, and follow up, in the same `conversation_id`. Say the warnings and "
    "assumptions with the numbers. For exact control call `query` with names from `describe_metrics`, "
    "`describe_dimensions` and `search_values`."
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_ASKS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
_Language = Annotated[Language, Field(description="Language of the labels.")]
_Names = Annotated[list[str] | None, Field(max_length=100, description="Only these, by name. Unset: all.")]
_Search = Annotated[str, Field(max_length=200, description="Only those with this in name, label or synonyms.")]
_Name = Annotated[str | None, Field(max_length=100)]


@dataclass(frozen=True)
class Caller:
    """Who stands behind a call, and from where."""

    admitted: Admitted
    client: str = ""


Tell = Callable[[ServerRequestContext[Any, Any]], Caller]


@dataclass(eq=False)
class Tools:
    """The tools and resources over a station. `tell` says who calls; raises AdmissionError."""

    station: Station
    tell: Tell
    _caller: ContextVar[Caller] = field(default_factory=lambda: ContextVar("caller"))

    async def ask(
        self,
        question: Annotated[str, Field(max_length=10_000, description="In the asker's own words.")],
        conversation_id: Annotated[_Name, Field(description="That of an answer before, to follow up on it.")] = None,
        clarification_id: Annotated[_Name, Field(description="Of the question back that is answered here.")] = None,
        choice_id: Annotated[_Name, Field(description="The choice taken of it.")] = None,
        language: Annotated[Language | None, Field(description="Of the answer. Unset: that of the question.")] = None,
        as_of: Annotated[Day | None, Field(description="Today, inclusive. Unset: the last day in the data.")] = None,
        message_id: Annotated[_Name, Field(description="The client's own; sent twice, it is answered once.")] = None,
    ) -> Annotated[CallToolResult, ChatBody]:
        """Answer a question about the business in words: text, table, chart, definitions, SQL, and how it was read.
        `status` says whether it is an answer, a clarification with choices, or a refusal with its reason."""
        taken = None
        if clarification_id is not None and choice_id is not None:
            taken = Selection(clarification_id=clarification_id, choice_id=choice_id)
        message = ChatRequest(
            message=question,
            conversation_id=conversation_id,
            message_id=message_id,
            language=language,
            as_of=as_of,
            selection=taken,
        )
        spoken = language_of(question, language)
        try:
            visit = self._visit("ask")
            body = ChatBody.model_validate_json(await visits.asked(self.station, visit, message))
        except HuitouError as error:
            return self._failed(error, spoken)
        return _result(body, _read_on(Reply(body)))

    async def query(
        self,
        request: Annotated[Request, Field(description="A typed request: metrics, groups, period, filters …")],
        language: _Language = "en",
        offset: Annotated[int, Field(ge=0, le=1_000_000, description="Rows of the table to leave out before.")] = 0,
    ) -> Annotated[CallToolResult, QueryBody]:
        """Run a typed request, without words: an exact table with its SQL, filters and warnings."""
        return await self._told(
            "query",
            lambda services, job, visit: typed_answer(
                TypedQuestion(as_asked(request), visit.reader, language, offset), services, job, visit.request_id
            ),
            language,
        )

    async def explain(
        self,
        request: Annotated[Request, Field(description="A typed request, as for `query`.")],
        language: _Language = "en",
    ) -> Annotated[CallToolResult, ExplainBody]:
        """The SQL that a typed request compiles to, unrun, with every filter and where it comes from."""
        return await self._told(
            "explain",
            lambda services, job, visit: typed_explanation(
                TypedQuestion(as_asked(request), visit.reader, language), services, job, visit.request_id
            ),
            language,
            role="sql",
        )

    async def describe_metrics(
        self, names: _Names = None, search: _Search = ""
    ) -> Annotated[CallToolResult, MetricsBody]:
        """Metrics with labels, definitions, formulas, units, and the dimensions that each can be split by."""
        return await self._told("describe_metrics", lambda services, _job, _visit: _metrics(services, names, search))

    async def describe_dimensions(
        self, names: _Names = None, search: _Search = ""
    ) -> Annotated[CallToolResult, DimensionsBody]:
        """Dimensions with labels, descriptions and the codes of closed sets."""
        return await self._told(
            "describe_dimensions", lambda services, _job, visit: _dimensions(services, visit, names, search)
        )

    async def search_values(
        self,
        search: Annotated[str, Field(min_length=1, max_length=200, description="Part of a value or of its label.")],
        dimension: Annotated[_Name, Field(description="Of this dimension only. Unset: of all.")] = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
    ) -> Annotated[CallToolResult, FoundValuesBody]:
        """Values in the data that a word may mean, each with its dimension and labels."""
        return await self._told(
            "search_values", lambda services, _job, visit: _values(services, visit, search, dimension, limit)
        )

    async def catalogue(self) -> str:
        """Everything that a typed request may name, in brief."""
        return await self._read("catalogue", lambda services, _job, _visit: catalogue_body(services.layer).text)

    async def metrics(self) -> str:
        """Every metric with its definition."""
        return await self._read("metrics", lambda services, _job, _visit: _json(metrics_body(services.layer)))

    async def dimensions(self) -> str:
        """Every dimension that the reader may group by."""
        return await self._read(
            "dimensions", lambda services, _job, visit: _json(dimensions_body(services.layer, visit.reader))
        )

    async def metric(self, name: str) -> str:
        """One metric with its definition."""
        return await self._read("metric", lambda services, _job, _visit: _json(_metrics(services, [name], "")))

    async def values(self, name: str) -> str:
        """The values of a dimension in the data, the first thousand."""
        return await self._read(
            "values",
            lambda services, _job, visit: _json(values_body(services.layer, name, "", 1000, visit.reader)),
        )

    async def known(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Around every call: who it is of, told before anything else of it is looked at."""
        try:
            self._caller.set(self.tell(ctx))
        except HuitouError as error:
            code = error.problems[0].code
            visits.note(self.station, self.station.new_id(), "", f"mcp {ctx.method}", {"code": code})
            raise MCPError(INVALID_REQUEST, f"{code}: {told_of(error, 'en', '')}") from None
        return await call_next(ctx)

    def _visit(self, what: str, role: Role = "ask") -> Visit:
        """Raises AdmissionError (`not_allowed`)."""
        caller = self._caller.get()
        visit = Visit(caller.admitted.reader, f"mcp {what}", self.station.new_id(), caller.client)
        try:
            caller.admitted.needs(role)
        except AdmissionError as error:
            told = {"code": error.problems[0].code}
            visits.note(self.station, visit.request_id, visit.reader.name, visit.what, {**told})
            raise
        return visit

    async def _told(
        self,
        what: str,
        reading: Callable[[Services, Job, Visit], Body],
        language: Language = "en",
        role: Role = "ask",
    ) -> CallToolResult:
        try:
            visit = self._visit(what, role)
            body = await visits.read(self.station, visit, lambda services, job: reading(services, job, visit))
        except HuitouError as error:
            return self._failed(error, language)
        return _result(body, _json(body))

    async def _read(self, what: str, reading: Callable[[Services, Job, Visit], str]) -> str:
        """Raises ResourceError."""
        try:
            visit = self._visit(f"resource {what}")
            return await visits.read(self.station, visit, lambda services, job: reading(services, job, visit))
        except QueryError as error:
            raise ResourceNotFoundError(str(error.problems[0])) from None
        except HuitouError as error:
            raise ResourceError(f"{error.problems[0].code}: {told_of(error, 'en', what)}") from None

    def _failed(self, error: HuitouError, language: Language) -> CallToolResult:
        """A failure in the one shape of errors, which the model that called can read and act on."""
        first, request_id = error.problems[0], self.station.new_id()
        wait = wait_of(first)
        detail = ErrorDetail(
            code=first.code,
            message=told_of(error, language, request_id),
            detail={} if wait is None else {"retry_after_seconds": wait},
        )
        text = TextContent(type="text", text=f"{detail.code}: {detail.message}")
        body = ErrorBody(error=detail, request_id=request_id)
        return CallToolResult(content=[text], structured_content=body.model_dump(mode="json"), is_error=True)


def mcp_server(station: Station, tell: Tell) -> MCPServer[Mapping[str, Any]]:
    """The server over a station; `tell` says who calls."""
    tools = Tools(station, tell)
    server: MCPServer[Mapping[str, Any]] = MCPServer(
        "huitou", title="Huitou", instructions=_INSTRUCTIONS, version="1", log_level="WARNING", middleware=[tools.known]
    )
    server.add_tool(tools.ask, title="Ask in words", annotations=_ASKS)
    for tool, title in (
        (tools.query, "Run a typed query"),
        (tools.explain, "Explain a typed query"),
        (tools.describe_metrics, "Describe metrics"),
        (tools.describe_dimensions, "Describe dimensions"),
        (tools.search_values, "Search values"),
    ):
        server.add_tool(tool, title=title, annotations=_READS)
    for uri, resource, kind in (
        ("huitou://catalogue", tools.catalogue, "text/plain"),
        ("huitou://metrics", tools.metrics, "application/json"),
        ("huitou://dimensions", tools.dimensions, "application/json"),
        ("huitou://metrics/{name}", tools.metric, "application/json"),
        ("huitou://dimensions/{name}/values", tools.values, "application/json"),
    ):
        server.resource(uri, mime_type=kind)(resource)
    return server


def over_http(station: Station) -> tuple[App, Callable[[], AbstractAsyncContextManager[None]]]:
    """The protocol as an app at `/mcp`, and the context within which it works. No session is kept between calls: each
    shows its own key."""
    server = mcp_server(station, lambda ctx: Caller(*admitted_over_http(ctx.request)))
    # hosts and origins are looked at before, by the guard that every service of ours has
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(
        stateless_http=True,
        max_request_body_size=station.settings.max_body_bytes,
        transport_security=unguarded,
    )
    return app, server.session_manager.run


async def serve_stdio(station: Station, key: str | None) -> None:
    """Serve the reader of a key over standard input and output until the input ends."""
    server = mcp_server(station, lambda _: Caller(station.admission.admitted(key, "")))
    async with running(station):
        await server.run_stdio_async()


def _metrics(services: Services, names: list[str] | None, search: str) -> MetricsBody:
    """Raises QueryError (`unknown_name`)."""
    body = metrics_body(services.layer)
    known = {each.name: each for each in body.metrics}
    kept = [known[name] for name in _chosen("metric", known, names)]
    return body.model_copy(update={"metrics": tuple(each for each in kept if _has(search, each.model_dump()))})


def _dimensions(services: Services, visit: Visit, names: list[str] | None, search: str) -> DimensionsBody:
    """Raises QueryError (`unknown_name`)."""
    body = dimensions_body(services.layer, visit.reader)
    known = {each.name: each for each in body.dimensions}
    kept = [known[name] for name in _chosen("dimension", known, names)]
    return body.model_copy(update={"dimensions": tuple(each for each in kept if _has(search, each.model_dump()))})


def _values(services: Services, visit: Visit, search: str, dimension: str | None, limit: int) -> FoundValuesBody:
    """Raises QueryError for a dimension that is unknown or withheld."""
    if dimension is None:
        return found_values_body(services.layer, search, limit, visit.reader)
    found = values_body(services.layer, dimension, search, limit, visit.reader)
    values = (FoundValueBody(dimension=dimension, value=each.value, label=each.label) for each in found.values)
    return FoundValuesBody(values=tuple(values), is_complete=found.is_complete)


def _chosen(kind: str, known: Mapping[str, object], names: list[str] | None) -> list[str]:
    chosen = list(known) if names is None else names
    for name in chosen:
        if name not in known:
            raise QueryError(UnknownName("name", kind, name, tuple(nearest(name, known))))
    return chosen


def _has(search: str, described: dict[str, Any]) -> bool:
    """Whether a metric or dimension is called so, in either language."""
    wanted = search.casefold()
    words = [described["name"], *described["label"].values()]
    words += [word for each in described["synonyms"].values() for word in each]
    return any(wanted in word.casefold() for word in words)


def _read_on(reply: Reply) -> str:
    """The answer, and what the next call needs: there are clients that show a model the text alone."""
    asked, ids = reply.clarification, {"conversation_id": reply.body.conversation_id}
    if asked is not None:
        ids["clarification_id"] = asked.id
    return "\n\n".join((markdown_of(reply), "\n".join(f"{name}: {value}" for name, value in ids.items())))


def _json(body: Body) -> str:
    return body.model_dump_json()


def _result(body: Body, text: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=body.model_dump(mode="json")
    )
