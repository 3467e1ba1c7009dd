"""Access tokens of people, employees and machines for tests, signed with a key that the gateway knows."""

import json
from base64 import urlsafe_b64encode
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.time import real_now

KEY = Ed25519PrivateKey.generate()
OTHER_KEY = Ed25519PrivateKey.generate()
ORGANISATION = UUID("00000000-0000-4000-8000-000000000001")
OIN = "00000003244440010000"


def b64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def public_bytes(key):
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def jwk(key=KEY, kid="token-1"):
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(public_bytes(key)), "kid": kid, "use": "sig"}


def compact(header, claims, key=KEY, signature=None):
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(key.sign(signed.encode()) if signature is None else signature)}"


HEADER = {"alg": "EdDSA", "kid": "token-1", "typ": "at+jwt"}


def claims_of(deployment, kind="person", **more):
    now = int(real_now().timestamp())
    claims = {
        "iss": f"volmacht:{deployment}", "aud": "volmacht-gateway", "sub": str(uuid4()), "kind": kind, "lang": "nl",
        "iat": now, "exp": now + 300, "jti": uuid4().hex,
    }  # fmt: skip
    if kind == "client":
        claims |= {"oin": OIN, "scope": "decisions"}
    else:
        claims |= {"sid": str(uuid4()), "auth_time": now}
    if kind == "person":
        claims |= {"tenant": str(ORGANISATION), "role": "administrator", "acr": "EH3"}
    if kind == "staff":
        claims |= {"staff_roles": ["handler"]}
    claims |= more
    return {name: value for name, value in claims.items() if value is not None}


def token(deployment, kind="person", **more):
    return compact(HEADER, claims_of(deployment, kind, **more))


def bearer(text):
    return {"Authorization": f"Bearer {text}"}
