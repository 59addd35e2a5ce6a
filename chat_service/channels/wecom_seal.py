"""How WeCom seals what it posts: signed (the SHA-1 of token, time, nonce and what is encrypted, in the order of the
alphabet) and encrypted by an EncodingAESKey (AES-256-CBC: 16 random bytes, the length, the text, for whom it is).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1

from chat_service.channels.posted import Posted, from_base64, is_same, opened

_RECENT = 300.0
_BLOCK, _RANDOM, _LENGTH = 32, 16, 4


@dataclass(frozen=True)
class Seal:
    """The seal of one address. `receiver` is the id of the company, of a robot ''."""

    token: str
    aes_key: str
    receiver: str

    def opened(self, posted: Posted, sealed: str) -> str | None:
        """What is in it; None where WeCom did not send it, now, to us."""
        when, nonce = posted.query.get("timestamp", ""), posted.query.get("nonce", "")
        computed = sha1("".join(sorted((self.token, when, nonce, sealed))).encode()).hexdigest()  # noqa: S324 - WeCom's
        if not is_same(posted.query.get("msg_signature", ""), computed) or not posted.is_of_now(when, _RECENT):
            return None
        try:
            key = from_base64(self.aes_key + "=")
            plain = opened(key, key[:16], from_base64(sealed), _BLOCK)[_RANDOM:]
            end = _LENGTH + int.from_bytes(plain[:_LENGTH], "big")
            return plain[_LENGTH:end].decode() if plain[end:].decode() == self.receiver else None
        except ValueError:
            return None
