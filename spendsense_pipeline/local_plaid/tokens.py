"""Tokens: made at random, kept as hashes only."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from typing import Final

ACCESS: Final = "access"
PUBLIC: Final = "public"
LINK: Final = "link"
_TOKEN: Final = re.compile(rf"\b({ACCESS}|{PUBLIC}|{LINK})-sandbox-[0-9a-fA-F-]+")
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"


def new_token(kind: str) -> str:
    """A token as Plaid's Sandbox makes them: `access-sandbox-` and a UUID."""
    return f"{kind}-sandbox-{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}"


def token_hash(token: str) -> str:
    """What is kept of a token. It is random and long: no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def without_tokens(text: str) -> str:
    """A text with what looks like a token of ours blotted out, for what is kept or logged."""
    return _TOKEN.sub(r"\1-sandbox-…", text)


def new_request_id() -> str:
    """An id of a request: 15 letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(15))


def name_of(*parts: str, length: int = 37) -> str:
    """An id as Plaid makes them, the same whenever it is made of the same parts."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest(), "big")
    letters = []
    for _ in range(length):
        number, at = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    return "".join(letters)
