"""Google's token endpoint, and what its APIs have in common: their errors, and whether JSON is as they describe it."""

import functools
import json
from pathlib import Path
from typing import Any

import googleapiclient
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sources.loopback import Answer
from tests.sources.wire import Asked, said

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
TOKEN = "hunter2-access"
SORTS: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}


@functools.cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def service_account(url: str) -> str:
    """The JSON key that Google gives to download, for a token endpoint at `url`."""
    told = {"type": "service_account", "project_id": "p", "private_key_id": "k1", "private_key": private_key()}
    return json.dumps(told | {"client_email": "earshot@p.iam.example", "token_uri": f"{url}/token"})


def token(asked: Asked) -> Answer:
    """What the token endpoint says to a signed assertion or to a refresh token."""
    granted = asked.form.get("assertion") or asked.form.get("refresh_token") == "hunter2-refresh"
    if not granted:
        return said({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
    return said({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})


def refused(status: int, reason: str, message: str) -> Answer:
    """An error as Google's APIs give it."""
    errors = [{"message": message, "domain": "global", "reason": reason}]
    return said({"error": {"code": status, "message": message, "errors": errors}}, status)


@functools.cache
def described(api: str) -> dict[str, Any]:
    """The discovery document of an API, as the library carries it."""
    found: dict[str, Any] = json.loads((DOCUMENTS / f"{api}.json").read_text(encoding="utf-8"))
    return found


def faults(api: str, schema: str, value: Any, at: str = "") -> list[str]:
    """Where `value` is not as the API's description has it: unknown fields, and values of another sort."""
    properties = described(api)["schemas"][schema]["properties"]
    if not isinstance(value, dict):
        return [f"{at} is no {schema}"]
    return [
        fault
        for name, inner in value.items()
        for fault in (_faults(api, properties[name], inner, f"{at}.{name}") if name in properties else [f"{at}.{name}"])
    ]


def _faults(api: str, field: dict[str, Any], value: Any, at: str) -> list[str]:
    if "$ref" in field:
        return faults(api, field["$ref"], value, at)
    if field["type"] == "array":
        items = value if isinstance(value, list) else [None]
        return [fault for each in items for fault in _faults(api, field["items"], each, at)]
    return [] if isinstance(value, SORTS[field["type"]]) else [f"{at} is no {field['type']}"]
