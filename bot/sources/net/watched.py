"""A checked connection for the mail protocols: the standard library's clients take a socket and know no deadline.

The same rules as for HTTP (`dial`): every resolved address is checked and the checked one connected to, and one deadline
covers everything. A second handle on the connection is kept aside and shut down when the deadline passes, which ends
whatever read or write is waiting, inside TLS too.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import httpcore

from bot.errors import GiveUp, Retry
from bot.sources.net.address import Zone, zone
from bot.sources.net.dial import CheckedDialer, Deadline, Resolve, resolve
from bot.sources.net.fetch import PAUSE, ssl_context


class Security(StrEnum):
    """How a connection is encrypted: from its first byte, after a command in the clear, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a server is. Without encryption it must be in a private network: a password goes over that line."""

    host: str
    port: int
    security: Security
    allow_private: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """An open connection. `sock` speaks TLS already where the server wants that from the first byte.

    `half` is when half of its time is over, on the monotonic clock.
    """

    sock: socket.socket
    half: float
    cut: threading.Event

    @property
    def was_cut(self) -> bool:
        """Whether the deadline ended it; whatever the other side seems to have said then says nothing."""
        return self.cut.is_set()

    @property
    def is_half_over(self) -> bool:
        """Whether half of the time that it has is gone."""
        return time.monotonic() > self.half


@contextmanager
def connected(server: Server, length: timedelta, *, resolve: Resolve = resolve) -> Iterator[Line]:
    """A connection that lasts `length` at most. Raises Retry where there is none, GiveUp where there must be none."""
    deadline, half = Deadline(length), time.monotonic() + length.total_seconds() / 2
    sock = _dial(server, deadline, resolve)
    handle, cut = sock.dup(), threading.Event()

    def end() -> None:
        cut.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(deadline.left(), end)
    watch.daemon = True
    watch.start()
    try:
        sock = _secured(sock, server)
        yield Line(sock=sock, half=half, cut=cut)
    finally:
        watch.cancel()
        watch.join()
        handle.close()
        sock.close()


def _dial(server: Server, deadline: Deadline, resolve: Resolve) -> socket.socket:
    dialer = CheckedDialer(deadline=deadline, allow_private=server.allow_private, resolve=resolve)
    try:
        stream = dialer.connect_tcp(server.host, server.port)
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise Retry(f"{server.host} cannot be reached at port {server.port}", after=PAUSE) from error
    sock: socket.socket = stream.get_extra_info("socket")
    sock.settimeout(deadline.left())
    if server.security is Security.NONE and zone(str(sock.getpeername()[0])) is not Zone.PRIVATE:
        sock.close()
        raise GiveUp(f"{server.host} is on the public internet: a password goes there over tls or starttls only")
    return sock


def _secured(sock: socket.socket, server: Server) -> socket.socket:
    if server.security is not Security.TLS:
        return sock
    try:
        return ssl_context().wrap_socket(sock, server_hostname=server.host)
    except ssl.SSLCertVerificationError as error:
        raise Retry(f"{server.host} has no valid certificate", after=PAUSE) from error
    except OSError as error:
        raise Retry(f"{server.host} does not speak TLS at port {server.port}", after=PAUSE) from error
