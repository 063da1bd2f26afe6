"""The routes of the places: feeds with conditional GET, pages, the form to write in, and the door for answers."""

import hashlib
import urllib.parse
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.places.answers import Answers, RefusedAnswer
from sandbox.places.board import Board, Draft, RefusedDraft, Shown
from sandbox.places.feeds import MAX_STARS, MEDIA_TYPES, last_change, render_feed
from sandbox.places.pages import Look, Other, Row, author_page, index_page, message_page, place_page, post_page
from sandbox.places.stream import Place, load_stream

MAX_BODY = 256 * 1024
"""Bytes of a form: the longest text with every character as %XX of four bytes."""

MAX_FOLLOWERS = 1_000_000_000
STYLE = Path(__file__).with_name("places.css")
# Pages carry strangers' texts: no script runs in them, whatever the escaping misses.
PAGE_HEADERS = {"content-security-policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'"}


def utc_now() -> datetime:
    return datetime.now(UTC)


def routes(
    stream: Path,
    *,
    speed: float,
    clock: Callable[[], datetime] = utc_now,
    company: str = "The company",
    reply_secret: str = "",
    others: Sequence[Other] = (),
) -> list[BaseRoute]:
    """Everything under `/places`, telling the story of `stream` from now on; `speed` is story minutes per real minute.

    `company` answers under posts with requests that are signed with `reply_secret`; without one nobody can.
    `others` stand on the front page too.
    """
    board = Board(load_stream(stream), speed=speed, clock=clock)
    site = _Site(board, Answers(board, company=company, secret=reply_secret, clock=clock), clock, others)
    return [
        Route("/places", site.index),
        Route("/places/style.css", _style),
        Route("/places/{place}", site.browse, methods=["GET"]),
        Route("/places/{place}", site.publish, methods=["POST"]),
        Route("/places/{place}/feed", site.feed),
        Route("/places/{place}/answers", site.take_answer, methods=["POST"]),
        Route("/places/{place}/by/{author}", site.author),
        Route("/places/{place}/{post}", site.read, methods=["GET"]),
        Route("/places/{place}/{post}", site.edit, methods=["POST"]),
    ]


class _NotThere(Exception):
    """The address names no place, author or post."""


Endpoint = Callable[["_Site", Request], Awaitable[Response]]


def _with_pages(endpoint: Endpoint) -> Endpoint:
    """Say what is wrong on a page."""

    async def answered(site: "_Site", request: Request) -> Response:
        try:
            return await endpoint(site, request)
        except _NotThere as fault:
            return _page(message_page("Not here", str(fault)), status=404)
        except RefusedDraft as fault:
            return _page(message_page("Not published", str(fault)), status=400)

    return answered


class _Site:
    """The endpoints. All are coroutines of one event loop, so the board needs no lock."""

    def __init__(self, board: Board, answers: Answers, clock: Callable[[], datetime], others: Sequence[Other]) -> None:
        self._others = others
        self._board = board
        self._answers = answers
        self._clock = clock

    async def index(self, _request: Request) -> Response:
        rows = [Row(place, self._count(place), self._answers.taken_by(place)) for place in self._board.places]
        return _page(index_page(rows, self._board.to_come(), self._others))

    @_with_pages
    async def feed(self, request: Request) -> Response:
        place = self._place(request)
        posts = self._board.visible(place.name)
        body = render_feed(place, posts, _base(request))
        changed = last_change(posts, self._board.started)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {
            "etag": etag,
            "last-modified": format_datetime(changed.astimezone(UTC), usegmt=True),
            "cache-control": "no-cache",
        }
        if is_unchanged(request, etag, changed):
            return Response(status_code=304, headers=headers)
        return Response(body, headers={**headers, "content-type": MEDIA_TYPES[place.format]})

    @_with_pages
    async def browse(self, request: Request) -> Response:
        place = self._place(request)
        return _page(place_page(place, self._board.visible(place.name), self._look()))

    @_with_pages
    async def author(self, request: Request) -> Response:
        place = self._place(request)
        author = request.path_params["author"]
        posts = [shown for shown in self._board.visible(place.name) if shown.post.author == author]
        if not posts:
            raise _NotThere(f"Nobody called {author} has written on {place.title}.")
        return _page(author_page(place, author, posts, self._look()))

    @_with_pages
    async def read(self, request: Request) -> Response:
        place = self._place(request)
        shown = self._post(request, place)
        parent = self._board.find(place.name, shown.post.reply_to)
        return _page(post_page(place, shown, (parent, self._replies(place, shown)), self._look()))

    @_with_pages
    async def publish(self, request: Request) -> Response:
        place = self._place(request)
        shown = self._board.add(place, _draft(await read_form(request)))
        return RedirectResponse(shown.post.url, status_code=303)

    @_with_pages
    async def edit(self, request: Request) -> Response:
        shown = self._post(request, self._place(request))
        form = await read_form(request)
        return RedirectResponse(self._board.edit(shown, form.get("text", "")).post.url, status_code=303)

    async def take_answer(self, request: Request) -> Response:
        """201 with the answer's link, 200 where it stood there already, else a sentence that says why not."""
        place = self._board.place(request.path_params["place"])
        try:
            if place is None:
                raise RefusedAnswer("There is no such place.", 404)
            answer, is_new = self._answers.take(place, await _body(request), request.headers)
        except (RefusedAnswer, RefusedDraft) as fault:
            return JSONResponse({"error": str(fault)}, status_code=getattr(fault, "status", 413))
        return JSONResponse({"permalink": _base(request) + answer.url}, status_code=201 if is_new else 200)

    def _count(self, place: Place) -> int:
        return len(self._board.visible(place.name))

    def _look(self) -> Look:
        return Look(now=self._clock(), company=self._answers.company, answers=self._answers.under)

    def _place(self, request: Request) -> Place:
        name = request.path_params["place"]
        place = self._board.place(name)
        if place is None:
            raise _NotThere(f"There is no place called {name}.")
        return place

    def _post(self, request: Request, place: Place) -> Shown:
        shown = self._board.find(place.name, request.path_params["post"])
        if shown is None:
            raise _NotThere("There is no such post, or it has not been written yet.")
        return shown

    def _replies(self, place: Place, shown: Shown) -> Sequence[Shown]:
        """Oldest first, as a thread is read."""
        return [other for other in reversed(self._board.visible(place.name)) if other.post.reply_to == shown.post.id]


def is_unchanged(request: Request, etag: str, changed: datetime) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is sent; a date that cannot be read counts as not sent."""
    if (match := request.headers.get("if-none-match")) is not None:
        tags = [tag.strip().removeprefix("W/") for tag in match.split(",")]
        return etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    if since.tzinfo is None:
        return False
    return changed.replace(microsecond=0) <= since


async def _style(_request: Request) -> Response:
    return FileResponse(STYLE, media_type="text/css")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a url-encoded form; raises RefusedDraft where it is too long or a stranger's page sent it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusedDraft("This form was sent from another site.")
    body = await _body(request)
    fields = urllib.parse.parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise RefusedDraft(f"More than {MAX_BODY // 1024} KiB cannot be published.")
    return body


def _draft(form: dict[str, str]) -> Draft:
    return Draft(
        author_name=form.get("author_name", ""),
        text=form.get("text", ""),
        title=form.get("title", ""),
        followers=_count(form.get("followers", ""), "followers", range(MAX_FOLLOWERS + 1)),
        stars=_count(form.get("stars", ""), "stars", range(1, MAX_STARS + 1)),
        reply_to=form.get("reply_to", ""),
    )


def _count(written: str, name: str, allowed: range) -> int | None:
    if not written.strip():
        return None
    try:
        count = int(written)
    except ValueError:
        raise RefusedDraft(f"{name}: {written[:20]!r} is no whole number.") from None
    if count not in allowed:
        raise RefusedDraft(f"{name}: {count} is not between {allowed[0]} and {allowed[-1]}.")
    return count


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _page(page: str, *, status: int = 200) -> Response:
    return HTMLResponse(page, status_code=status, headers=PAGE_HEADERS)
