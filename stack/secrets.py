"""Keys of one machine: made once, kept in a file that only its owner reads, each given to who needs it."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

RECEIVERS = ("identity", "authorizations", "chain", "notifications", "billing", "gateway")
_KEY_BYTES = 32

# Sealed fields go from gateway to services, from services to notifications, and back in replies.
_SEALED_FOR = {
    "gateway": RECEIVERS,
    **{name: tuple(dict.fromkeys((name, "notifications", "gateway"))) for name in RECEIVERS if name != "gateway"},
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "identity": (
        "FIELD_KEYS",
        "BLOB_KEYS",
        "PASSWORD_PEPPER",
        "TOKEN_SIGNING_KEY",
        "TOKEN_PUBLIC_KEYS",
        "QUOTE_PUBLIC_KEYS",
        "REFRESH_KEY",
        "AUDIT_SIGNING_KEY",
    ),
    "authorizations": ("FIELD_KEYS", "BLOB_KEYS", "AUDIT_SIGNING_KEY"),
    "chain": ("FIELD_KEYS", "BLOB_KEYS", "QUOTE_PUBLIC_KEYS", "INVITATION_KEY", "AUDIT_SIGNING_KEY"),
    "notifications": ("FIELD_KEYS", "BLOB_KEYS", "AUDIT_SIGNING_KEY"),
    "billing": ("FIELD_KEYS", "BLOB_KEYS", "QUOTE_SIGNING_KEY", "QUOTE_PUBLIC_KEYS", "AUDIT_SIGNING_KEY"),
    "gateway": ("BLOB_KEYS", "TOKEN_PUBLIC_KEYS", "QUOTE_PUBLIC_KEYS", "DIGEST_KEY"),
    "clock": (),
}

Secrets = dict[str, Any]


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _signing_pair(key_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    key = OKPKey.generate_key("Ed25519", {"kid": key_id, "use": "sig"})
    return dict(key.as_dict(private=True)), {"keys": [dict(key.as_dict(private=False))]}


def generate() -> Secrets:
    """Make new keys; the names are those of the environment variables."""
    token_key, token_public = _signing_pair("token-1")
    quote_key, quote_public = _signing_pair("quote-1")
    audit_key, _audit_public = _signing_pair("audit-1")
    return {
        "SEALING_KEYS": {receiver: _key() for receiver in RECEIVERS},
        "FIELD_KEYS": {"field-1": _key()},
        "BLOB_KEYS": {"blob-1": _key()},
        "PASSWORD_PEPPER": _key(),
        "REFRESH_KEY": _key(),
        "INVITATION_KEY": _key(),
        "DIGEST_KEY": _key(),
        "TOKEN_SIGNING_KEY": token_key,
        "TOKEN_PUBLIC_KEYS": token_public,
        "QUOTE_SIGNING_KEY": quote_key,
        "QUOTE_PUBLIC_KEYS": quote_public,
        "AUDIT_SIGNING_KEY": audit_key,
    }


def load(path: Path) -> Secrets:
    """Read the keys from a file, made with mode 0600 when it is missing."""
    if path.exists():
        path.chmod(0o600)
        kept: Secrets = json.loads(path.read_text())
        return kept
    made = generate()
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(made, out, indent=2)
        out.flush()
        os.fsync(out.fileno())  # data encrypted under a key that is gone is gone too
    fresh.replace(path)
    return made


def environment(kept: Secrets, process: str) -> dict[str, str]:
    """Give a process the variables it needs, and no other."""
    values = {name: kept[name] for name in _NEEDED[process]}
    if receivers := _SEALED_FOR.get(process):
        values["SEALING_KEYS"] = {receiver: kept["SEALING_KEYS"][receiver] for receiver in receivers}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
