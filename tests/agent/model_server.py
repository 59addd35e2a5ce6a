"""A model's server for tests: OpenAI's chat completions over a real socket, each reply scripted by the test.

A script is a callable from the body of a request (and its number) to what happens: a `Says` (text or tool calls,
streamed if the client asked for it), or a `Fails` (a status, half a stream, silence, a dropped connection). Every
body that came in is kept, so that a test can look at what a model would have seen.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Body = dict[str, Any]


@dataclass(frozen=True)
class Says:
    """A reply: a text, or calls of tools by name with arguments (a dict, or text as the model wrote it)."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str | None = None
    delay_seconds: float = 0.0
    usage: tuple[int, int, int] | None = (12_000, 11_000, 200)
    refusal: str | None = None


@dataclass(frozen=True)
class Fails:
    """No reply: an HTTP status with a body, or one of the ways in which a connection goes wrong."""

    how: Literal["status", "half_a_stream", "cut_off", "silence", "stalls", "trickles", "no_choices", "not_json"] = (
        "status"
    )
    status: int = 500
    message: str = "the server has a problem"
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0


# its first half, taken for a whole one, would ask for all of revenue
HALF = Says(calls=(("reply", '{"answer": "metrics", "request": {"metrics": ["revenue"]}, "words": [{"said": "x"}]}'),))
Script = Callable[[Body, int], Says | Fails]


@dataclass(eq=False)
class ModelServer:
    """A running server. `bodies` are the requests in order, `authorisations` the headers that came with them."""

    url: str
    script: Script
    bodies: list[Body] = field(default_factory=list)
    authorisations: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)

    def next_step(self, body: Body, authorisation: str) -> Says | Fails:
        """What happens to a request."""
        with self._lock:
            self.bodies.append(body)
            self.authorisations.append(authorisation)
            number = len(self.bodies) - 1
        return self.script(body, number)


@contextmanager
def serving(script: Script) -> Iterator[ModelServer]:
    """A server on a free port of loopback, gone when the block is left."""
    handler = type("Handler", (_Handler,), {})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    httpd.daemon_threads = True
    server = ModelServer(f"http://127.0.0.1:{httpd.server_address[1]}/v1", script)
    handler.server_of_models = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)


def in_turn(*steps: Says | Fails) -> Script:
    """One step after the other; the last one again for whatever comes after."""
    return lambda _, number: steps[min(number, len(steps) - 1)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_of_models: ModelServer

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""

    def do_POST(self) -> None:
        """`POST /v1/chat/completions`."""
        body: Body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        step = self.server_of_models.next_step(body, self.headers.get("Authorization", ""))
        try:
            if isinstance(step, Says):
                self._say(step, body)
            else:
                self._fail(step, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client went away, as some tests want it to

    # --- replies ---

    def _say(self, step: Says, body: Body) -> None:
        if step.delay_seconds:
            self.server_of_models.stopping.wait(step.delay_seconds)
        if body.get("stream"):
            self._begin_stream()
            for chunk in _chunks(step, body):
                self._send(chunk)
            self._end_stream()
        else:
            self._json(200, _completion(step, body))

    def _fail(self, step: Fails, body: Body) -> None:
        waiting = self.server_of_models.stopping.wait
        match step.how:
            case "status":
                self._json(step.status, {"error": {"message": step.message, "type": "error"}}, step.headers)
            case "no_choices":
                self._empty(body)
            case "not_json":
                self._begin_stream()
                self._raw(b"data: {this is no json\n\n")
                self._end_stream()
            case "silence" | "cut_off":
                waiting(step.seconds)
                self._drop()
            case "half_a_stream" | "stalls":
                self._begin_stream()
                for chunk in _chunks(HALF, body)[:2]:
                    self._send(chunk)
                waiting(step.seconds)
                self._drop()
            case "trickles":
                self._trickle(step.seconds)

    def _trickle(self, seconds: float) -> None:
        """Comments that keep a connection alive, and nothing else."""
        self._begin_stream()
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.server_of_models.stopping.wait(0.05):
            self._raw(b": still here\n\n")
        self._drop()

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)

    def _empty(self, body: Body) -> None:
        if not body.get("stream"):
            self._json(200, {**_head(body), "object": "chat.completion", "choices": []})
            return
        self._begin_stream()
        self._send({**_head(body), "object": "chat.completion.chunk", "choices": []})
        self._end_stream()

    # --- the wire ---

    def _json(self, status: int, body: Body, headers: tuple[tuple[str, str], ...] = ()) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _send(self, chunk: Body) -> None:
        self._raw(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())

    def _raw(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _end_stream(self) -> None:
        self._raw(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()


def _head(body: Body) -> Body:
    return {"id": "chatcmpl-1", "created": 1, "model": body["model"]}


def _arguments(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, default=str)


def _finish(step: Says) -> str:
    return step.finish or ("tool_calls" if step.calls else "stop")


def _usage(step: Says) -> Body | None:
    if step.usage is None:
        return None
    sent, cached, replied = step.usage
    return {
        "prompt_tokens": sent,
        "completion_tokens": replied,
        "total_tokens": sent + replied,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _completion(step: Says, body: Body) -> Body:
    calls = [
        {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": _arguments(arguments)}}
        for index, (name, arguments) in enumerate(step.calls)
    ]
    message: Body = {"role": "assistant", "content": step.text or None, "refusal": step.refusal}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": _finish(step)}
    return {**_head(body), "object": "chat.completion", "choices": [choice], "usage": _usage(step)}


def _chunks(step: Says, body: Body) -> list[Body]:
    head = {**_head(body), "object": "chat.completion.chunk"}
    deltas: list[Body] = [{"role": "assistant", "content": ""}]
    for index, (name, arguments) in enumerate(step.calls):
        text = _arguments(arguments)
        call = {"index": index, "id": f"call_{index}_{len(body['messages'])}", "type": "function"}
        deltas.append({"tool_calls": [{**call, "function": {"name": name, "arguments": text[: len(text) // 2]}}]})
        deltas.append({"tool_calls": [{"index": index, "function": {"arguments": text[len(text) // 2 :]}}]})
    if step.text:
        deltas += [{"content": step.text[: len(step.text) // 2]}, {"content": step.text[len(step.text) // 2 :]}]
    found = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    found.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(step)}]})
    if body.get("stream_options", {}).get("include_usage") and step.usage is not None:
        found.append({**head, "choices": [], "usage": _usage(step)})
    return found
