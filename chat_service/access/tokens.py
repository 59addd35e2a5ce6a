"""Tokens (JWT) of an identity provider: checked against its public keys, which stand in a file.

Only signatures by private keys are believed; issuer, expiry and subject must be there, and the audience where one is
set. Nothing is fetched. The only module that imports jwt.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import jwt

from chat_service.access.keys import KeysError, KeysUnreadable
from semantic_layer import Scalar

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_SECONDS = 30


@dataclass(frozen=True)
class Claimed:
    """What a token says of whoever shows it."""

    subject: str
    roles: frozenset[str]
    attributes: tuple[tuple[str, tuple[Scalar, ...]], ...]


@dataclass(eq=False)
class TokenCheck:
    """Believes tokens of one issuer. `path` is a JSON Web Key Set or one public key in PEM; `claim` has the roles, and
    those named by `attributes` what policies ask of the reader."""

    issuer: str
    audience: str | None
    path: Path
    claim: str
    attributes: tuple[str, ...] = ()
    _read: tuple[tuple[int, int], tuple[jwt.PyJWK, ...] | str] | None = field(default=None)

    def find(self, shown: str) -> Claimed | None:
        """What a good token says of its subject; None for one that is not good. Raises KeysError."""
        keys = self._keys()
        try:
            for key in (keys,) if isinstance(keys, str) else self._meant(keys, shown):
                claims = jwt.decode(
                    shown,
                    key,
                    algorithms=_ALGORITHMS,
                    issuer=self.issuer,
                    audience=self.audience,
                    leeway=_LEEWAY_SECONDS,
                    options={"require": ["exp", "iss", "sub"], "verify_aud": self.audience is not None},
                )
                known = tuple((name, _values(claims.get(name))) for name in self.attributes)
                return Claimed(str(claims["sub"]), self._roles(claims.get(self.claim)), known)
        except (jwt.PyJWTError, ValueError, TypeError):
            return None
        return None

    def _roles(self, claimed: object) -> frozenset[str]:
        """The roles that the token names, ours and those of the model; without a word about any, only to ask."""
        if claimed is None:
            return frozenset({"ask"})
        named = claimed.split() if isinstance(claimed, str) else claimed if isinstance(claimed, list) else []
        return frozenset(each for each in named if isinstance(each, str))

    def _meant(self, keys: tuple[jwt.PyJWK, ...], shown: str) -> tuple[jwt.PyJWK, ...]:
        """The keys that the token says it is signed by."""
        wanted = jwt.get_unverified_header(shown).get("kid")
        return tuple(each for each in keys if wanted is None or each.key_id == wanted)[:1]

    def _keys(self) -> tuple[jwt.PyJWK, ...] | str:
        try:
            found = self.path.stat()
            state = (found.st_mtime_ns, found.st_size)
            if self._read is None or self._read[0] != state:
                text = self.path.read_text(encoding="utf-8")
                self._read = (state, _key_set(text) if text.lstrip().startswith("{") else _public(text))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            raise KeysError(KeysUnreadable(str(self.path), str(error))) from error
        return self._read[1]


def _values(claimed: object) -> tuple[Scalar, ...]:
    """A claim's value or values; of any other kind, none: a policy that asks for it is not met."""
    given = claimed if isinstance(claimed, list) else [claimed]
    return tuple(each for each in given if isinstance(each, str | bool | int | float))


def _key_set(text: str) -> tuple[jwt.PyJWK, ...]:
    """The public keys of a set; a shared secret among them is no key for this."""
    return tuple(each for each in jwt.PyJWKSet.from_dict(json.loads(text)).keys if each.key_type != "oct")


def _public(text: str) -> str:
    if "PUBLIC KEY" not in text and "CERTIFICATE" not in text:
        raise ValueError("neither a JSON Web Key Set nor a public key in PEM")
    return text
