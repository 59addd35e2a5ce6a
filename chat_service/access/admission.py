"""Who stands behind a request: the reader of a key, or the anonymous one where nobody else can be meant.

Fails closed: whoever cannot be told is refused.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from chat_service.access.keys import ROLES, KeyFile, Role
from chat_service.settings import Settings
from semantic_layer import ANONYMOUS, HuitouError, Problem, Reader, Scalar, problem

if TYPE_CHECKING:
    from chat_service.access.tokens import TokenCheck

_OF_TOKENS = "token:"


@problem("key_needed", zh="请提供密钥（`Authorization: Bearer …`）。", en="Show a key: Authorization: Bearer …")
class KeyNeeded(Problem):
    """Nobody is named where somebody must be."""


@problem("unknown_key", zh="这个密钥无效，或已被撤销。", en="This key opens nothing: it is unknown or was revoked.")
class UnknownKey(Problem):
    """A key that is not kept, or was revoked."""


@problem("not_allowed", zh="你的密钥没有“{role}”权限。", en="Your key does not have the role '{role}'.")
class NotAllowed(Problem):
    """The reader lacks the role that this takes."""

    role: str


@problem(
    "open_to_everybody",
    zh="监听 {host} 会让网络上的任何人都能提问。"
    "请先用 `huitou keys add` 建立密钥，或设置 `HUITOU_ANONYMOUS=everybody`。",
    en="Listening on {host} would let anybody on the network ask. Make keys first (`huitou keys add`), or say that "
    "this is meant: HUITOU_ANONYMOUS=everybody.",
)
class OpenToEverybody(Problem):
    """An address that others reach, without a key that they would need."""

    host: str


@problem(
    "tokens_not_installed",
    zh="检查令牌需要安装 `huitou[tokens]`。",
    en="Tokens cannot be checked without the extra: pip install 'huitou[tokens]'",
)
class TokensNotInstalled(Problem):
    """Settings of tokens without the library that checks them."""


class AdmissionError(HuitouError):
    """A request whose reader cannot be told, or may not do this: for the client."""


@dataclass(frozen=True)
class Admitted:
    """A reader and their roles."""

    reader: Reader
    roles: frozenset[str]

    def needs(self, role: Role) -> None:
        """Raises AdmissionError (`not_allowed`) without the role."""
        if role not in self.roles:
            raise AdmissionError(NotAllowed(role))


@dataclass(eq=False)
class Admission:
    """Decides by the settings and the file of keys, which may change while the service runs."""

    settings: Settings
    keys: KeyFile = field(init=False)

    _tokens: TokenCheck | None = None

    def __post_init__(self) -> None:
        self.keys = KeyFile(self.settings.keys)
        chosen = self.settings
        if chosen.token_issuer is not None and chosen.token_keys is not None:
            self._tokens = _token_check(chosen.token_issuer, chosen.token_keys, chosen)

    def admitted(self, shown: str | None, client: str) -> Admitted:
        """Who shows this key, or nothing, from an address. Raises AdmissionError, KeysError."""
        if shown is None:
            if not self.takes_anonymous(client):
                raise AdmissionError(KeyNeeded())
            return _admitted(anonymous_reader(self.settings))
        if self._tokens is not None and shown.count(".") == 2:
            subject = self._tokens.find(shown)
            if subject is None:
                raise AdmissionError(UnknownKey())
            # no key has such a name, so nobody's token is taken for another's key
            return _admitted(_reader(f"{_OF_TOKENS}{subject.subject}", subject.roles, subject.attributes))
        key = self.keys.find(shown)
        if key is None:
            raise AdmissionError(UnknownKey())
        return _admitted(_reader(key.name, frozenset(key.roles), tuple(key.attributes.items())))

    def standing(self, name: str) -> Reader | None:
        """The reader of that name with the rights that all of their keys have; None where no key stands. Who shows
        tokens has no rights while they are not there."""
        if name == ANONYMOUS.name:
            return anonymous_reader(self.settings) if self.takes_anonymous(self.settings.host) else None
        keys = [each for each in self.keys.good() if each.name == name]
        if not keys:
            return None
        first, *others = keys
        roles = frozenset(first.roles).intersection(*(each.roles for each in others))
        known = tuple(
            (word, tuple(value for value in values if all(value in each.attributes.get(word, ()) for each in others)))
            for word, values in first.attributes.items()
        )
        return _reader(name, roles, known)

    def takes_anonymous(self, client: str) -> bool:
        """Whether somebody without a key may ask. By default on this machine only, and only while there are no keys."""
        if self.settings.anonymous != "local":
            return self.settings.anonymous == "everybody"
        return is_local(self.settings.host) and is_local(client) and not self._knows_readers()

    def check_address(self) -> None:
        """Raises AdmissionError (`open_to_everybody`) where others reach the service and nobody needs a key."""
        if self.settings.anonymous == "local" and not is_local(self.settings.host) and not self._knows_readers():
            raise AdmissionError(OpenToEverybody(self.settings.host))

    def _knows_readers(self) -> bool:
        return self._tokens is not None or bool(self.keys.good())


def _token_check(issuer: str, path: Path, settings: Settings) -> TokenCheck:
    """Raises AdmissionError (`tokens_not_installed`)."""
    try:
        # not imported above: what it stands on is an extra, and for those with tokens only
        made: TokenCheck = import_module("chat_service.access.tokens").TokenCheck(
            issuer, settings.token_audience, path, settings.token_roles_claim, settings.token_attributes
        )
    except ImportError as error:
        raise AdmissionError(TokensNotInstalled()) from error
    return made


def is_local(address: str) -> bool:
    """Whether only this machine is behind an address; a name other than localhost is not believed.

    >>> is_local("127.0.0.8"), is_local("::1"), is_local("localhost"), is_local("0.0.0.0"), is_local("db")
    (True, True, True, False, False)
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        # no address at all: a socket file, or a client in the same process
        return address in ("localhost", "", "testclient")


def anonymous_reader(settings: Settings) -> Reader:
    """Who asks when nobody is named, as the settings describe them; may do everything but see personal fields."""
    roles = {role for role in ROLES if role != "personal" or settings.show_personal_fields}
    known = tuple((name, values) for name, values in settings.anonymous_attributes.items())
    return _reader(ANONYMOUS.name, frozenset((*roles, *settings.anonymous_roles)), known)


def _reader(name: str, roles: frozenset[str], attributes: tuple[tuple[str, tuple[Scalar, ...]], ...]) -> Reader:
    return Reader(
        name,
        may_see_personal="personal" in roles,
        may_see_sql="sql" in roles,
        roles=roles,
        attributes=attributes,
    )


def _admitted(reader: Reader) -> Admitted:
    return Admitted(reader, reader.roles)
