"""API keys: who may ask, and with which roles. Only a hash of a key is kept, in a file that is its user's alone.

A key is 256 random bits, so one round of SHA-256 keeps it: there is nothing to guess. Several keys of one name are one
reader, so that a key can be replaced without losing conversations.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from semantic_layer import ANONYMOUS, HuitouError, Problem, problem

Role = Literal["ask", "personal", "sql", "administer"]
ROLES: tuple[Role, ...] = get_args(Role)
_PREFIX = "hk"


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept: `digest` is the SHA-256 of the whole key. `id` tells it apart and is no secret. Roles beside
    `ROLES` are those that the model's policies and field rules make exceptions for; `attributes` is what policies may
    ask of whoever uses it."""

    id: str
    name: str
    roles: tuple[str, ...]
    digest: str
    made_at: str
    revoked_at: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@problem(
    "keys_unreadable",
    zh="密钥文件“{path}”无法读取：{reason}",
    en="The file of keys '{path}' cannot be read: {reason}",
)
class KeysUnreadable(Problem):
    """The file of API keys is not one."""

    path: str
    reason: str


@problem("unknown_key_id", zh="没有编号为“{id}”的密钥。", en="There is no key '{id}'. `huitou keys list` lists them.")
class UnknownKeyId(Problem):
    """A key that is to be revoked and is not there."""

    id: str


@problem(
    "bad_key_name", zh="密钥不能叫“{name}”。", en="A key cannot be named '{name}'. Name who uses it, without a colon."
)
class BadKeyName(Problem):
    """A name for a key that is empty, too long, or everybody's."""

    name: str


class KeysError(HuitouError):
    """Keys cannot be read or changed: for the operator."""


_FILE = TypeAdapter(tuple[ApiKey, ...])


@dataclass(eq=False)
class KeyFile:
    """The keys in a file, read again whenever it has changed. No file is no key."""

    path: Path
    _read: tuple[tuple[int, int, int], tuple[ApiKey, ...]] | None = field(default=None)

    def keys(self) -> tuple[ApiKey, ...]:
        """All keys, revoked ones too. Raises KeysError."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise KeysError(KeysUnreadable(str(self.path), error.strerror or "")) from error
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read is None or self._read[0] != state:
            try:
                self._read = (state, _FILE.validate_json(self.path.read_bytes()))
            except (OSError, ValidationError) as error:
                raise KeysError(KeysUnreadable(str(self.path), str(error).split("\n")[0])) from error
        return self._read[1]

    def good(self) -> tuple[ApiKey, ...]:
        """The keys that open something."""
        return tuple(each for each in self.keys() if each.revoked_at is None)

    def find(self, shown: str) -> ApiKey | None:
        """The key that was shown, unless it is revoked. Takes as long for a wrong one as for a right one."""
        digest = _digest(shown)
        return next((each for each in self.good() if hmac.compare_digest(each.digest, digest)), None)

    def add(
        self, name: str, roles: tuple[str, ...], now: str, attributes: Mapping[str, tuple[str, ...]] | None = None
    ) -> tuple[ApiKey, str]:
        """A new key, and what its user is to show: told this once. Raises KeysError."""
        if not name.strip() or len(name) > 100 or not name.isprintable() or name == ANONYMOUS.name or ":" in name:
            raise KeysError(BadKeyName(name))
        made = secrets.token_hex(4)
        shown = f"{_PREFIX}_{made}_{secrets.token_urlsafe(32)}"
        key = ApiKey(made, name, roles, _digest(shown), now, attributes=dict(attributes or {}))
        self._change(lambda keys: (*keys, key))
        return key, shown

    def revoke(self, key_id: str, now: str) -> ApiKey:
        """The key, which opens nothing from here on. Raises KeysError."""
        if not any(each.id == key_id for each in self.good()):
            raise KeysError(UnknownKeyId(key_id))

        def revoked(keys: tuple[ApiKey, ...]) -> tuple[ApiKey, ...]:
            return tuple(replace(each, revoked_at=now) if each.id == key_id else each for each in keys)

        self._change(revoked)
        return next(each for each in self.keys() if each.id == key_id)

    def _change(self, change: Callable[[tuple[ApiKey, ...]], tuple[ApiKey, ...]]) -> None:
        """Write the keys anew, beside and swapped; two who change them do so one after the other."""
        try:
            with _locked(self.path):
                text = json.dumps([asdict(each) for each in change(self.keys())], ensure_ascii=False, indent=1)
                partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.partial")
                with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
                    file.write(text + "\n")
                os.replace(partial, self.path)
        except OSError as error:
            raise KeysError(KeysUnreadable(str(self.path), error.strerror or "")) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()
