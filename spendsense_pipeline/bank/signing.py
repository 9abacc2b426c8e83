"""Signs webhooks as Plaid does: a JWT (ES256) in the header `Plaid-Verification`, with the body's
hash, and a public key by which it is verified (plaid.com/docs/api/webhooks/webhook-verification).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from spendsense_pipeline.plaid.errors import INVALID_WEBHOOK_VERIFICATION_KEY_ID, PlaidError

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.store import Store

HEADER: Final = "Plaid-Verification"
_ALGORITHM: Final = "ES256"


class Signer:
    """Signs with a key of this process's own; older public keys stay to be asked for."""

    def __init__(self, store: Store, *, now: dt.datetime) -> None:
        """Make the key; the private half is in memory only.

        Args:
            store: where public halves are kept.
            now: this moment, in UTC.
        """
        self._store = store
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.key_id = str(uuid.uuid4())
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        with store.change():
            store.run(
                "update keys set expired_at = :now where expired_at is null",
                {"now": now.isoformat()},
            )
            store.add(
                "keys",
                {
                    "key_id": self.key_id,
                    "public_key": json.dumps(public),
                    "created_at": now.isoformat(),
                },
            )

    def sign(self, body: bytes, *, now: dt.datetime) -> str:
        """The header's value for a body.

        Args:
            body: exactly what is sent.
            now: this moment, in UTC.
        """
        claims = {
            "iat": int(now.timestamp()),
            "request_body_sha256": hashlib.sha256(body).hexdigest(),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers={"kid": self.key_id})

    def public_key(self, key_id: str) -> dict[str, Any]:
        """A public key as Plaid's `/webhook_verification_key/get` shows it.

        Raises:
            PlaidError: there is none of that id.
        """
        row = self._store.row("select * from keys where key_id = :key_id", {"key_id": key_id})
        if row is None:
            raise PlaidError(INVALID_WEBHOOK_VERIFICATION_KEY_ID)
        found = json.loads(row["public_key"])
        return {
            "alg": _ALGORITHM,
            "crv": found["crv"],
            "kid": key_id,
            "kty": found["kty"],
            "use": "sig",
            "x": found["x"],
            "y": found["y"],
            "created_at": _seconds(row["created_at"]),
            "expired_at": _seconds(row["expired_at"]),
        }


def _seconds(moment: str | None) -> int | None:
    return None if moment is None else int(dt.datetime.fromisoformat(moment).timestamp())
