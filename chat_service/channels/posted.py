"""What a platform posts to us, and what proves that it comes from there and is of now.

Knows no HTTP framework: an adapter makes a `Receipt` of a `Posted`.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7


@dataclass(frozen=True)
class Posted:
    """A request, with the time at which it came, in seconds since 1970. Names of headers are in small letters."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float

    def is_of_now(self, seconds: str, most: float) -> bool:
        """Whether a time that the platform signed is no further than `most` seconds from when this came."""
        try:
            return abs(self.at - float(seconds)) <= most
        except ValueError:
            return False


@dataclass(frozen=True)
class Receipt:
    """What the platform is told at once."""

    status: int = 200
    body: str = ""
    media: str = "text/plain"


# nothing says why: what is told of a wrong padding and of a wrong signature must be the same
REFUSED = Receipt(401)


def is_same(shown: str, computed: str) -> bool:
    """Whether a signature is the one that we compute, in a time that does not tell how much of it is."""
    return hmac.compare_digest(shown.encode(), computed.encode())


def opened(key: bytes, iv: bytes, sealed: bytes, padding_bytes: int) -> bytes:
    """What was encrypted by AES in CBC mode, without its padding of PKCS #7 to blocks of so many bytes.

    Raises ValueError where it was not, by this key.
    """
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = cipher.update(sealed) + cipher.finalize()
    unpadder = PKCS7(padding_bytes * 8).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def from_base64(text: str) -> bytes:
    """The bytes of a strict base64. Raises ValueError."""
    return base64.b64decode(text, validate=True)
