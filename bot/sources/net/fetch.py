"""The one door to the network for everything that reads customers' places, and for answers that go back to them.

The other side is not trusted: it may be slow on purpose, answer with a bomb, or lead us to a machine inside the
company. Every fetch has one deadline for all it does, a cap on decoded bytes, and connections to checked addresses only
(`dial`). No proxy or netrc of the environment is used. No error names more of an address than its host, because paths
and queries carry keys.
"""

import base64
import functools
import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

import httpcore
import httpx

from bot import __version__
from bot.errors import GiveUp, Retry
from bot.sources.net.dial import CheckedDialer, Deadline, Resolve, resolve

MIB = 1024 * 1024
PIECE = 64 * 1024
"""Bytes that are decompressed at a time, so that a gzip bomb never unfolds in memory."""

PAUSE = timedelta(minutes=5)
"""Before the next try, where the place did not name a time."""
LONGEST_PAUSE = timedelta(days=1)
"""A Retry-After beyond this is taken as this: a typing error there must not silence a source for ever."""
SOON = timedelta(seconds=5)
"""As PAUSE, for what we send: a person waits for it."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRY_AGAIN = frozenset({408, 425, 429})
REFUSALS = {
    401: "wants a login that it did not get (401)",
    403: "refuses us (403)",
    404: "has nothing at this address (404)",
    410: "says that this address is gone for good (410)",
}
UNSENDABLE = "a header of this source holds signs that HTTP cannot carry"
SAFE_ELSEWHERE = frozenset({"accept", "user-agent"})
"""Headers that may follow a redirect to another origin; all others may be secret or belong to the first place."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one fetch may cost. The deadline covers resolving, connecting, redirects and the whole body."""

    deadline: timedelta = timedelta(seconds=30)
    max_bytes: int = 10 * MIB
    max_redirects: int = 3


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What was answered. `headers` ignore case, `body` is decoded, `url` is the last one, no login in it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    allow_private: bool = False,
    resolve: Resolve = resolve,
) -> Fetched:
    """GET `url`, following redirects, to an answer with status 2xx or 304.

    A login in the URL (`https://name:key@host/`) is sent as basic authentication. Raises `Retry` when the place may
    answer later and `GiveUp` when it will not; both name the host only.
    """
    limits = limits or Limits()
    deadline = Deadline(limits.deadline)
    hop = _parsed(url)
    sent = _headers(hop, headers)
    for _ in range(limits.max_redirects + 1):
        backend = CheckedDialer(deadline=deadline, allow_private=allow_private, resolve=resolve)
        with httpcore.ConnectionPool(ssl_context=ssl_context(), network_backend=backend) as pool:
            answer = _ask(pool, hop, sent, limits.max_bytes)
        if isinstance(answer, Fetched):
            return answer
        if _origin(answer) != _origin(hop):
            sent = {name: value for name, value in sent.items() if name in SAFE_ELSEWHERE}
        hop = answer
    raise GiveUp(f"{_parsed(url).host} redirects more than {limits.max_redirects} times")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    allow_private: bool = False,
) -> Fetched:
    """POST `body` once, through the same checks as `fetch`, to an answer with status 2xx or a refusal (4xx) to read.

    No redirect is followed: what we send is for this address only. An answering body that is too large or cannot be
    decoded counts as empty, because the status has said already what became of ours. Raises `Retry` when the place may
    take it later, `ambiguous` where it may have taken it already, and `GiveUp` when a person has to mend something.
    """
    limits = limits or Limits()
    target = _parsed(url)
    sent = _headers(target, headers) | {"content-length": str(len(body))}
    dialer = CheckedDialer(deadline=Deadline(limits.deadline), allow_private=allow_private, resolve=resolve)
    with (
        httpcore.ConnectionPool(ssl_context=ssl_context(), network_backend=dialer) as pool,
        _named_faults(target.host, SOON, changes=True),
        _stream(pool, target, sent, body) as response,
    ):
        received = httpx.Headers(response.headers, encoding="latin-1")
        _refuse_unread(response.status, received, target.host)
        return Fetched(
            status=response.status,
            headers=received,
            body=_readable_body(response.iter_stream(), received, limits.max_bytes),
            url=str(target.copy_with(username=None, password=None)),
        )


def exchange(
    method: str,
    url: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    allow_private: bool = False,
) -> Fetched:
    """One request through the same checks, to whatever is answered: for APIs, whose every status says something.

    No redirect is followed. Raises `Retry` and `GiveUp` as `fetch` does. A Retry is `ambiguous` where the request may have
    arrived; never for GET and HEAD, which change nothing.
    """
    limits, changes = limits or Limits(), method not in ("GET", "HEAD")
    target = _parsed(url)
    sent = _headers(target, headers) | ({"content-length": str(len(body))} if body is not None else {})
    dialer = CheckedDialer(deadline=Deadline(limits.deadline), allow_private=allow_private, resolve=resolve)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=ssl_context(), network_backend=dialer) as pool,
            _named_faults(target.host, SOON, changes=changes),
            _stream(pool, target, sent, body, method=method) as response,
        ):
            received = httpx.Headers(response.headers, encoding="latin-1")
            answer = b"" if method == "HEAD" else _body(response.iter_stream(), received, limits.max_bytes)
            clean_url = str(target.copy_with(username=None, password=None))
            return Fetched(status=response.status, headers=received, body=answer, url=clean_url)
    except TooLargeError as error:
        said = f"{target.host} answers with more than {limits.max_bytes / MIB:g} MiB"
        raise (Retry(said, after=PAUSE, ambiguous=True) if changes else GiveUp(said)) from error
    except zlib.error as error:
        raise Retry(f"{target.host} answers with a damaged gzip body", after=SOON, ambiguous=changes) from error


@contextmanager
def only_asking() -> Iterator[None]:
    """Around a request that changes nothing although its method is POST: a question, a login. No Retry is `ambiguous` then."""
    try:
        yield
    except Retry as fault:
        raise Retry(fault.reason, after=fault.after, asked=fault.asked) from fault


def _headers(url: httpx.URL, wanted: Mapping[str, str] | None) -> dict[str, str]:
    ours = {"user-agent": f"Earshot/{__version__}", "accept": "*/*", **_login(url)}
    return ours | {name.lower(): value for name, value in (wanted or {}).items()}


def _ask(
    pool: httpcore.ConnectionPool, url: httpx.URL, headers: Mapping[str, str], max_bytes: int
) -> Fetched | httpx.URL:
    """One request: the answer, or where it redirects to."""
    try:
        with _named_faults(url.host, PAUSE, changes=False), _stream(pool, url, headers) as response:
            received = httpx.Headers(response.headers, encoding="latin-1")
            if response.status in REDIRECTS and "location" in received:
                return _target(url, received["location"])
            _refuse_bad_status(response.status, received, url.host)
            body = _body(response.iter_stream(), received, max_bytes)
            clean_url = str(url.copy_with(username=None, password=None))
            return Fetched(status=response.status, headers=received, body=body, url=clean_url)
    except TooLargeError as error:
        raise GiveUp(f"{url.host} answers with more than {max_bytes / MIB:g} MiB") from error
    except zlib.error as error:
        raise Retry(f"{url.host} answers with a damaged gzip body", after=PAUSE) from error


def _stream(
    pool: httpcore.ConnectionPool,
    url: httpx.URL,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    method: str = "",
) -> AbstractContextManager[httpcore.Response]:
    """One request on the wire: `method`, else GET, or POST where there is a body."""
    wire = [(b"Host", url.netloc), (b"Accept-Encoding", b"gzip"), *_on_the_wire(headers)]
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return pool.stream(method or ("GET" if body is None else "POST"), target, headers=wire, content=body)


@contextmanager
def _named_faults(host: str, after: timedelta, *, changes: bool) -> Iterator[None]:
    """The network's faults as ours. `ambiguous` where a connection stood, because a request that `changes` may have arrived."""
    try:
        yield
    except httpcore.LocalProtocolError:
        # Not chained: the error quotes the header.
        raise GiveUp(UNSENDABLE) from None
    except httpcore.TimeoutException as error:
        arrived = changes and not isinstance(error, httpcore.ConnectTimeout)
        raise Retry(f"{host} did not answer in full before the deadline", after=after, ambiguous=arrived) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        arrived = changes and not isinstance(error, httpcore.ConnectError)
        raise Retry(f"{host} {_fault(error)}", after=after, ambiguous=arrived) from error


def _on_the_wire(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    try:
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    except UnicodeEncodeError:
        # Not chained: the error holds the value.
        raise GiveUp(UNSENDABLE) from None


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeEncodeError):
        # Not chained: the parser's message quotes parts of the address, which may be a key.
        raise GiveUp("the address is not a valid URL") from None
    return _usable(parsed)


def _target(base: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads. A login in it is dropped: that one would be the other side's, not ours."""
    try:
        joined = base.join(location.encode("latin-1").decode("utf-8", "replace"))
    except httpx.InvalidURL:
        raise GiveUp(f"{base.host} redirects to something that is not a URL") from None
    return _usable(joined.copy_with(username=None, password=None))


def _usable(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https"):
        raise GiveUp("only http and https addresses can be read")
    if not url.host or url.host.startswith("."):
        raise GiveUp("the address has no host name")
    if not 0 < (url.port or 80) <= 65535:
        raise GiveUp("the address has an impossible port")
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}[url.scheme]


def _login(url: httpx.URL) -> dict[str, str]:
    if not url.userinfo:
        return {}
    name, _, password = url.userinfo.decode("ascii").partition(":")
    token = base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode("ascii")
    return {"authorization": f"Basic {token}"}


@functools.cache
def ssl_context() -> ssl.SSLContext:
    """Certificates from SSL_CERT_FILE or SSL_CERT_DIR where set (a company's own authority), else certifi's."""
    return httpx.create_ssl_context()


def _refuse_bad_status(status: int, headers: Mapping[str, str], host: str) -> None:
    if status in REFUSALS:
        raise GiveUp(f"{host} {REFUSALS[status]}")
    if status in TRY_AGAIN or status >= 500:
        now = datetime.now(UTC)
        wait = pause(headers.get("retry-after", ""), now)
        raise Retry(f"{host} is not able to answer now ({status})", after=wait, asked=asks_for_rest(status, headers))
    if status != 304 and not 200 <= status < 300:
        raise GiveUp(f"{host} answers with an unexpected status ({status})")


def _refuse_unread(status: int, headers: Mapping[str, str], host: str) -> None:
    """What a POST may be answered with that says nothing worth reading."""
    if status in TRY_AGAIN or status >= 500:
        wait = pause(headers.get("retry-after", ""), datetime.now(UTC), otherwise=SOON)
        said, asked = f"{host} is not able to answer now ({status})", asks_for_rest(status, headers)
        raise Retry(said, after=wait, ambiguous=status >= 500, asked=asked)
    if 300 <= status < 400:
        raise GiveUp(f"{host} redirects ({status}), and what we send is not sent on: name the address it leads to")


def asks_for_rest(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the place wants to be left alone, and is not only out of order."""
    return status == 429 or "retry-after" in headers


def pause(retry_after: str, now: datetime, *, otherwise: timedelta = PAUSE) -> timedelta:
    """How long a Retry-After header asks us to wait: seconds or an HTTP date; `otherwise` where it makes no sense."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        seconds = int(text[:9])
        return min(timedelta(seconds=seconds), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
        wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    except (ValueError, OverflowError):
        return otherwise
    return min(max(wait, timedelta(0)), LONGEST_PAUSE)


class TooLargeError(Exception):
    """A body passed its cap; caught in this module."""


def _body(raw: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> bytes:
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return b"".join(_capped(raw, max_bytes))
    if coding not in ("gzip", "x-gzip"):
        raise GiveUp("the place compresses its answer in a way that was not asked for")
    # The raw side is capped too: a gzip stream of empty blocks is endless and decodes to nothing.
    return b"".join(_capped(_gunzip(_capped(raw, max_bytes)), max_bytes))


def _readable_body(raw: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> bytes:
    try:
        return _body(raw, headers, max_bytes)
    except (TooLargeError, zlib.error, GiveUp):
        return b""


def _capped(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    room = max_bytes
    for chunk in chunks:
        room -= len(chunk)
        if room < 0:
            raise TooLargeError
        yield chunk


def _gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """At most PIECE bytes come out at a time. Raises zlib.error for a stream that is damaged, cut or in parts."""
    decoder = zlib.decompressobj(wbits=31)
    started = False
    for chunk in chunks:
        started = True
        rest = chunk
        while rest and not decoder.eof:
            yield decoder.decompress(rest, PIECE)
            rest = decoder.unconsumed_tail
        if decoder.unused_data.startswith(b"\x1f\x8b"):
            raise zlib.error("several gzip members")
    if started and not decoder.eof:
        yield decoder.flush()
        if not decoder.eof:
            raise zlib.error("cut short")


def _fault(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "has no valid certificate"
    if isinstance(error, httpcore.ConnectError):
        return "cannot be reached"
    return "broke off its answer or does not speak HTTP"
