"""One web page that a person named, read for its title, text and author: a proposal that the person looks over."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.domain.mention import clean
from bot.domain.page import PageWords
from bot.errors import GiveUp, Refused
from bot.sources.formats.markup import MAX_HTML, plain_text, tame
from bot.sources.net.fetch import MIB, Fetched, Limits, fetch

ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.5"
DEADLINE = timedelta(seconds=8)
"""A person waits with a dialog open."""

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|igshid|mc_[ce]id|ref_src", re.IGNORECASE)
"""Parts of an address that only say how somebody came there."""

_WRITTEN = tuple(
    re.compile(rf"<{tag}\b[^>]*>(.*?)(?:</{tag}\s*>|\Z)", re.IGNORECASE | re.DOTALL) for tag in ("article", "main")
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


def address_of(typed: str) -> str:
    """The address in one spelling, so that the same page is known again: no default port, nothing that only tracks.

    The part behind `#` stays: many places call single comments by it. Refused for what is no web address.
    """
    try:
        parts = urlsplit(typed.strip())
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError as error:
        raise Refused("That is not a web address: it should begin with https:// and have no spaces.") from error
    if parts.scheme.casefold() not in _PORTS or not host or re.search(r"[\s<>\"`\\\x00-\x1f]", typed.strip()):
        raise Refused("That is not a web address: it should begin with https:// and have no spaces.")
    if parts.username or parts.password:
        raise Refused("Leave the login out of the address: everybody in the channel will see it.")
    scheme = parts.scheme.casefold()
    place = f"[{host}]" if ":" in host else host
    place = place if port in (None, _PORTS[scheme]) else f"{place}:{port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((scheme, place, parts.path or "/", query, parts.fragment))


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Reads pages of the public web, and of those private places that the operator named as sources (`private_origins`).

    Anybody in Slack may name an address, so nothing else inside the company can be reached, and no redirect leaves a
    private place.
    """

    private_origins: frozenset[str] = field(default=frozenset(), repr=False)

    def read(self, url: str) -> PageWords:
        """Raises Retry and GiveUp as `fetch` does, and GiveUp for what is no page of text."""
        private = origin_of(url) in self.private_origins
        limits = Limits(deadline=DEADLINE, max_bytes=2 * MIB, max_redirects=0 if private else 3)
        return words_of(fetch(url, headers={"accept": ACCEPT}, limits=limits, allow_private=private))


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').casefold()}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def words_of(answer: Fetched) -> PageWords:
    """What stands on a fetched page."""
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().casefold()
    if kind == "text/plain":
        return PageWords(text=clean(_decoded(answer)).strip())
    if kind not in ("text/html", "application/xhtml+xml"):
        raise GiveUp("it is not a page of text")
    html = _decoded(answer)
    head = _Head()
    head.feed(tame(html[:MAX_HTML]))
    head.close()
    told = head.told
    written = next((found for pattern in _WRITTEN if (found := _inside(pattern, html))), "")
    summary = told.get("og:description") or told.get("description") or ""
    return PageWords(
        title=clean(" ".join((told.get("og:title") or head.title).split())),
        text=clean(written or summary or plain_text(html).text).strip(),
        author=clean(" ".join((told.get("author") or told.get("article:author") or "").split())),
    )


def _inside(pattern: "re.Pattern[str]", html: str) -> str:
    match = pattern.search(html[: 10 * MAX_HTML])
    return plain_text(match[1]).text if match else ""


def _decoded(answer: Fetched) -> str:
    stated = re.search(r"charset=[\"']?([\w-]+)", answer.headers.get("content-type", ""), re.IGNORECASE)
    inside = _CHARSET.search(answer.body[:4_096])
    charset = stated[1] if stated else inside[1].decode("ascii") if inside else "utf-8"
    try:
        return answer.body.decode(charset, "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")


class _Head(HTMLParser):
    """The title and what `<meta>` tells, by name, the first of each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: dict[str, str] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        if tag == "meta":
            found = dict(attrs)
            name = (found.get("property") or found.get("name") or "").casefold()
            self.told.setdefault(name, (found.get("content") or "").strip())

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
