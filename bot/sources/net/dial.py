"""How a connection is opened: resolve, check every address, connect to a checked one, all against one deadline.

httpcore asks this backend for a TCP connection to a host name. Because the name is resolved here once and the checked
address is the one connected to, a name that changes its answer in between (DNS rebinding) gains nothing. TLS is
started by httpcore with the host name, so certificates are still verified against the name.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import httpcore

from bot.errors import GiveUp, Retry
from bot.sources.net.address import Zone, zone

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) → IP addresses as text. Raises OSError when there are none."""

UNREACHABLE_PAUSE = timedelta(minutes=5)


class Deadline:
    """A moment on the monotonic clock after which nothing more may be waited for."""

    def __init__(self, length: timedelta) -> None:
        self.length = length
        self._end = time.monotonic() + length.total_seconds()

    def left(self, at_most: float | None = None) -> float:
        """Seconds that remain, above zero. Raises httpcore.ReadTimeout when there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return seconds if at_most is None else min(seconds, at_most)


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address that the system's resolver knows for `host`, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedDialer(httpcore.NetworkBackend):
    """Opens connections to public addresses only, or also to private ones where the operator allowed that."""

    def __init__(self, *, deadline: Deadline, allow_private: bool, resolve: Resolve) -> None:
        self._deadline = deadline
        self._allowed = {Zone.PUBLIC, Zone.PRIVATE} if allow_private else {Zone.PUBLIC}
        self._resolve = resolve
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._checked(host, self._resolve_in_time(host, port))
        for position, address in enumerate(addresses):
            share = self._deadline.left(timeout) / (len(addresses) - position)
            try:
                stream = self._system.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            return DeadlineStream(stream, self._deadline)
        raise last

    def _resolve_in_time(self, host: str, port: int) -> Sequence[str]:
        """getaddrinfo takes no timeout, so it runs in a thread that is left behind when the deadline passes."""
        answers: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=self._deadline.left())
        except queue.Empty as error:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from error
        if isinstance(answer, Exception):
            raise Retry(f"the host name {host} cannot be resolved", after=UNREACHABLE_PAUSE) from answer
        return answer

    def _checked(self, host: str, addresses: Sequence[str]) -> Sequence[str]:
        """One bad address condemns the name: a mixed answer is how rebinding looks."""
        if not addresses:
            raise Retry(f"the host name {host} has no address", after=UNREACHABLE_PAUSE)
        zones = {zone(address) for address in addresses}
        if zones <= self._allowed:
            return addresses
        hint = "; allow_private = true permits it" if Zone.FORBIDDEN not in zones else ""
        raise GiveUp(f"{host} leads to an address that is not on the public internet{hint}")


class DeadlineStream(httpcore.NetworkStream):
    """A connection on which each read and write may take what is left of the deadline, not a timeout of its own.

    With a timeout per read, a server that sends a byte now and then holds the reader for ever (measured with httpx).
    """

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
