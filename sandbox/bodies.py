"""JSON objects as request bodies."""

import json
from typing import Any

from starlette.requests import Request


class BadBody(ValueError):
    """The body is not a JSON object."""


async def json_object(request: Request) -> dict[str, Any]:
    """The body; an empty one is an empty object. Raises BadBody."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadBody(str(error)) from error
    if not isinstance(body, dict):
        raise BadBody("a JSON object is wanted")
    return body
