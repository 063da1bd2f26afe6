"""Two pages on which a visitor writes as a customer and reads what the company answered: the network's, and the post office's.

Both only show what stands on the neighbours' own servers, and write through their own protocols.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.neighbours.fediverse import Fediverse, Post
from sandbox.neighbours.post_office import Letter, PostOffice
from sandbox.places.board import RefusedDraft, written
from sandbox.places.pages import Other, document, message_page
from sandbox.places.web import PAGE_HEADERS, read_form

NETWORK, POST_OFFICE = "/places/fediverse", "/places/post-office"
COLOR = "#563acc"
MAIL_COLOR = "#7a4a1e"


OTHERS = (
    Other(NETWORK, "The fediverse", "a social network that speaks Mastodon’s API", COLOR),
    Other(POST_OFFICE, "The post office", "letters to the company, by mail", MAIL_COLOR),
)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whom a visitor writes as."""

    handle: str
    name: str
    address: str


def neighbour_routes(network: Fediverse, office: PostOffice, visitor: Visitor) -> list[BaseRoute]:
    """To be put before the places' own routes, whose pattern they would fit too."""
    pages = _Pages(network, office, visitor)
    return [
        Route(NETWORK, pages.network, methods=["GET", "POST"]),
        Route(POST_OFFICE, pages.post_office, methods=["GET", "POST"]),
    ]


class _Pages:
    def __init__(self, network: Fediverse, office: PostOffice, visitor: Visitor) -> None:
        self._network = network
        self._office = office
        self._visitor = visitor

    async def network(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._taken(request, self._publish, NETWORK)
        posts = await run_in_threadpool(self._network.about_company)
        return _page("The fediverse", _network_body(self._network, posts, self._visitor), COLOR)

    async def post_office(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._taken(request, self._send, POST_OFFICE)
        return _page("The post office", _office_body(self._office, self._visitor), MAIL_COLOR)

    async def _taken(self, request: Request, take: Callable[[dict[str, str]], None], back: str) -> Response:
        try:
            form = await read_form(request)
            await run_in_threadpool(take, form)
        except (RefusedDraft, httpx.HTTPError, OSError) as fault:
            page = message_page("Not sent", str(fault))
            return HTMLResponse(page, status_code=400, headers=PAGE_HEADERS)
        return RedirectResponse(back, status_code=303)

    def _publish(self, form: dict[str, str]) -> None:
        self._network.write(self._visitor.handle, written(form.get("text", "")), reply_to=form.get("reply_to", ""))

    def _send(self, form: dict[str, str]) -> None:
        visitor, subject = self._visitor, " ".join(form.get("title", "").split()) or "(no subject)"
        answers = " ".join(form.get("answers", "").split())
        self._office.write(visitor.name, visitor.address, subject, written(form.get("text", "")), answers=answers)


def _network_body(network: Fediverse, posts: Sequence[Post], visitor: Visitor) -> str:
    listed = "".join(_toot(post, visitor) for post in posts) or "<p>Nobody has written about the company yet.</p>"
    mention = f"@{network.company} "
    return (
        f"{_head('The fediverse', 'a server with Mastodon’s own API, on this machine', NETWORK)}<main>"
        f"{_form(NETWORK, f'Write as @{visitor.handle}', mention)}<h2>Latest</h2>{listed}"
        f'<p class="dim">The server itself, and its own pages: <a href="{network.url}/_ui/">{network.url}</a></p></main>'
    )


def _toot(post: Post, visitor: Visitor) -> str:
    ours = "".join(
        f'<section class="ours"><p class="dim"><b>@{escape(post.company)} answered</b></p>'
        f'<p class="text">{escape(answer)}</p></section>'
        for answer in post.answers
    )
    again = ""
    if post.handle == visitor.handle:
        again = _folded(_form(NETWORK, "Write again", f"@{post.company} ", hidden={"reply_to": post.id}))
    return (
        f'<article dir="auto"><p class="text">{escape(post.text)}</p><footer dir="ltr">{escape(post.name)} '
        f'<span class="dim">@{escape(post.handle)}</span></footer>{ours}{again}</article>'
    )


def _office_body(office: PostOffice, visitor: Visitor) -> str:
    letters = office.letters()
    listed = "".join(_letter(each, visitor) for each in letters) or "<p>No customer has had a letter yet.</p>"
    return (
        f"{_head('The post office', f'write to {office.address}, and read what came back', POST_OFFICE)}<main>"
        f"{_form(POST_OFFICE, f'Write to {office.address}', '', titled=True)}<h2>In customers’ mailboxes</h2>{listed}"
        f'<p class="dim">IMAP on port {office.imap_port}, SMTP on port {office.smtp_port} of this machine.</p></main>'
    )


def _letter(letter: Letter, visitor: Visitor) -> str:
    again = ""
    if letter.to == visitor.address:
        hidden = {"answers": letter.id, "title": letter.subject}
        again = _folded(_form(POST_OFFICE, "Write back", "", hidden=hidden))
    return (
        f'<article dir="auto"><h3>{escape(letter.subject)}</h3><p class="dim">from {escape(letter.sender)} '
        f'to {escape(letter.to)}</p><p class="text">{escape(letter.text)}</p>{again}</article>'
    )


def _head(title: str, tagline: str, path: str) -> str:
    return (
        f'<header><a href="{path}"><b>{title}</b></a> <span>{escape(tagline)}</span>'
        '<nav><a href="/places">all places</a></nav></header>'
    )


def _form(path: str, title: str, text: str, *, titled: bool = False, hidden: dict[str, str] | None = None) -> str:
    kept = "".join(
        f'<input type="hidden" name="{key}" value="{escape(value)}">' for key, value in (hidden or {}).items()
    )
    subject = '<label>Subject<input name="title" maxlength="150" required></label>' if titled else ""
    return (
        f'<form method="post" action="{path}"><h2>{escape(title)}</h2>{kept}{subject}'
        f'<label>Text<textarea name="text" rows="3" required>\n{escape(text)}</textarea></label>'
        '<button>Send</button><p class="dim">The bot sees it when it next looks.</p></form>'
    )


def _folded(form: str) -> str:
    return f"<details><summary>Write again</summary>{form}</details>"


def _page(title: str, body: str, color: str) -> Response:
    return HTMLResponse(document(title, body, color), headers=PAGE_HEADERS)
