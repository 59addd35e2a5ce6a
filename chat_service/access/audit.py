"""What was asked by whom and what came of it: one JSON line each, appended, never changed.

Holds no question in words and no value of a personal field: people write names and numbers into both.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from semantic_layer import HuitouError, Model, Prepared, Problem, Request, problem

_HIDDEN = "…"


@problem(
    "audit_unavailable",
    zh="审计文件“{path}”无法写入：{reason}",
    en="The audit '{path}' cannot be written: {reason}",
)
class AuditUnavailable(Problem):
    """The file of the audit takes no record; without one nothing is answered."""

    path: str
    reason: str


class AuditError(HuitouError):
    """Raised where a record cannot be kept: for the operator."""


@dataclass(frozen=True)
class Audit:
    """A file that is begun anew at `max_bytes`; the `files` before it are kept as `.1`, `.2` and so on, oldest last."""

    path: Path
    max_bytes: int
    files: int

    def add(self, record: Mapping[str, JsonValue]) -> None:
        """Append a record. Raises AuditError."""
        line = (json.dumps(record, separators=(",", ":")) + "\n").encode()
        try:
            with _locked(self.path):
                if self.path.exists() and self.path.stat().st_size + len(line) > self.max_bytes:
                    self._begin_anew()
                handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
                try:
                    os.write(handle, line)
                finally:
                    os.close(handle)
        except OSError as error:
            raise AuditError(AuditUnavailable(str(self.path), error.strerror or str(error))) from error

    def records(self) -> Iterator[dict[str, JsonValue]]:
        """Every record that is kept, the oldest first. Raises AuditError."""
        for path in (*reversed([self._numbered(number) for number in range(1, self.files + 1)]), self.path):
            if not path.exists():
                continue
            try:
                with path.open(encoding="utf-8") as lines:
                    yield from (json.loads(line) for line in lines if line.endswith("\n"))
            except (OSError, ValueError) as error:
                raise AuditError(AuditUnavailable(str(path), str(error))) from error

    def _begin_anew(self) -> None:
        for number in range(self.files, 0, -1):
            source = self.path if number == 1 else self._numbered(number - 1)
            if source.exists():
                os.replace(source, self._numbered(number))

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def facts(request: Request | None, prepared: Prepared | None, model: Model) -> dict[str, JsonValue]:
    """What a record tells of a typed request: itself without personal values, the policies, a hash of the statement."""
    found: dict[str, JsonValue] = {}
    if request is not None:
        found["request"] = _without_personal(
            request.model_dump(mode="json", by_alias=True, exclude_defaults=True), model
        )
        found["kind"] = request.kind
    if prepared is not None:
        found["policies"] = [f"{each.field} {each.op}".strip() for each in prepared.filters if each.origin == "policy"]
        found["sql_sha256"] = hashlib.sha256(prepared.sql.encode()).hexdigest()
    return found


def _without_personal(part: JsonValue, model: Model) -> JsonValue:
    if isinstance(part, list):
        return [_without_personal(each, model) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _without_personal(each, model) for name, each in part.items()}
    name = part.get("field")
    if isinstance(name, str) and "values" in part and _is_personal(name, model):
        kept["values"] = [_HIDDEN]
    return kept


def _is_personal(name: str, model: Model) -> bool:
    """Whether a name's values are of a personal field, or of nothing that is known not to be."""
    bare = name.split("__")[0]
    field = model.dimensions[bare].home if bare in model.dimensions else model.fields.get(bare)
    return model.is_guarded(field) if field is not None else bare not in model.keys and bare == name


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
