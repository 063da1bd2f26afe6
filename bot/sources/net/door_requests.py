"""The one door to the network, for libraries that speak through requests. Imported only where such a library is."""

from collections.abc import Mapping
from io import BytesIO

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from bot.sources.net.door_httpx import WRITTEN_BY_THE_DOOR
from bot.sources.net.fetch import Limits, exchange


def door_session(*, limits: Limits | None = None, allow_private: bool = False) -> requests.Session:
    """A session whose every request goes through the door: no proxies, checked addresses, one deadline each.

    A request raises Retry and GiveUp where the network or the door refuses; a library may wrap them in an error of its own.
    """
    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Door(limits, allow_private))
    return session


class _Door(BaseAdapter):
    def __init__(self, limits: Limits | None, allow_private: bool) -> None:
        super().__init__()
        self._limits = limits
        self._allow_private = allow_private

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - requests' own parameters, which the door decides on itself
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,  # noqa: ARG002
        verify: bool | str = True,  # noqa: ARG002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        answer = exchange(
            request.method or "GET",
            request.url or "",
            _body_of(request),
            headers=_headers_of(request),
            limits=self._limits,
            allow_private=self._allow_private,
        )
        response = requests.Response()
        response.status_code = answer.status
        # The body is decoded by now.
        kept = {name: value for name, value in answer.headers.items() if name.lower() != "content-encoding"}
        response.headers = CaseInsensitiveDict(kept)
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.url = answer.url
        response.request = request
        response.raw = BytesIO(answer.body)
        return response

    def close(self) -> None:
        """Nothing is kept open between two requests."""


def _headers_of(request: requests.PreparedRequest) -> dict[str, str]:
    written = {name: value for name, value in request.headers.items() if name.lower() not in WRITTEN_BY_THE_DOOR}
    return {name: value if isinstance(value, str) else value.decode("latin-1") for name, value in written.items()}


def _body_of(request: requests.PreparedRequest) -> bytes | None:
    body = request.body
    if body is None:
        return b"" if request.method in ("POST", "PUT", "PATCH") else None
    if isinstance(body, str):
        return body.encode()
    return body
