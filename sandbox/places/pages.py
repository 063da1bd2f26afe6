"""The places as pages for people: plain HTML, one column, no script. Every text that comes in here is escaped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

from sandbox.places.answers import Answer
from sandbox.places.board import MAX_TEXT, Shown
from sandbox.places.feeds import MAX_STARS
from sandbox.places.stream import Measure, Place


@dataclass(frozen=True, kw_only=True)
class Look:
    """What every page needs beside the posts: the time, and what `company` answers under a post."""

    now: datetime
    company: str
    answers: Callable[[Shown], Sequence[Answer]]


class Row(NamedTuple):
    """A place on the front page: how many posts it has, and whether the company can answer there."""

    place: Place
    posts: int
    takes_answers: bool


class Other(NamedTuple):
    """A place with pages of its own."""

    href: str
    title: str
    tagline: str
    color: str


def index_page(rows: Sequence[Row], to_come: int, others: Sequence[Other] = ()) -> str:
    """All places; `to_come` is how many posts the story still holds back."""
    items = "".join(
        f'<li style="--place:{place.color}"><a href="/places/{place.name}"><b>{escape(place.title)}</b></a>'
        f'<p>{escape(place.tagline)}</p><p class="dim">{count} {_plural(count, "post")} · '
        f'<a href="/places/{place.name}/feed">{place.format.value} feed</a>'
        f"{' · takes answers' if takes_answers else ''}</p></li>"
        for place, count, takes_answers in rows
    )
    items += "".join(
        f'<li style="--place:{other.color}"><a href="{other.href}"><b>{escape(other.title)}</b></a>'
        f'<p>{escape(other.tagline)}</p><p class="dim">over its own protocol · takes answers</p></li>'
        for other in others
    )
    waiting = f"{to_come} more {_plural(to_come, 'post')} to come" if to_come else "the story has been told to its end"
    body = (
        "<main><h1>Where customers write</h1><p>None of these places is real. The bot reads their feeds, as it would read "
        f"real ones. Choose one and write something yourself; {waiting}.</p><ul class=places>{items}</ul></main>"
    )
    return document("Where customers write", body, "#1d3a3a")


def place_page(place: Place, posts: Sequence[Shown], look: Look) -> str:
    listed = "".join(_post(shown, look, linked=True) for shown in posts) or "<p>Nobody has written here yet.</p>"
    body = f"<main>{_form(place)}<h2>Latest</h2>{listed}</main>"
    return document(place.title, _head(place) + body, place.color)


def author_page(place: Place, author: str, posts: Sequence[Shown], look: Look) -> str:
    listed = "".join(_post(shown, look, linked=True) for shown in posts)
    name = posts[0].post.author_name
    body = f"<main><h1>{escape(name)} <small>@{escape(author)}</small></h1>{listed}</main>"
    return document(f"{name} · {place.title}", _head(place) + body, place.color)


def post_page(place: Place, shown: Shown, thread: tuple[Shown | None, Sequence[Shown]], look: Look) -> str:
    """One post. `thread` is the post that it answers, and what others answer to it."""
    parent, answers = thread
    above = f'<section aria-label="in answer to">{_post(parent, look, linked=True)}</section>' if parent else ""
    below = "".join(_post(answer, look, linked=True) for answer in answers)
    below = f"<h2>Answers</h2>{below}" if below else ""
    change = _edit_form(place, shown) if shown.is_own else ""
    body = (
        f"<main>{above}{_post(shown, look, linked=False)}{change}{below}{_form(place, reply_to=shown.post.id)}</main>"
    )
    title = shown.post.title or shown.text[:60]
    return document(f"{title} · {place.title}", _head(place) + body, place.color)


def message_page(title: str, message: str) -> str:
    """A page that says why there is nothing else to see."""
    body = f"<main><h1>{escape(title)}</h1><p>{escape(message)}</p><p><a href='/places'>All places</a></p></main>"
    return document(title, body, "#1d3a3a")


def document(title: str, body: str, color: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/places/style.css">'
        f'<body style="--place:{color}">{body}</body></html>'
    )


def _head(place: Place) -> str:
    return (
        f'<header><a href="/places/{place.name}"><b>{escape(place.title)}</b></a> <span>{escape(place.tagline)}</span>'
        f'<nav><a href="/places/{place.name}/feed">feed</a> <a href="/places">all places</a></nav></header>'
    )


def _post(shown: Shown, look: Look, *, linked: bool) -> str:
    post, now = shown.post, look.now
    level = "h3" if linked else "h1"
    title = f"<{level}>{escape(post.title)}</{level}>" if post.title else ""
    when = f'<time datetime="{shown.published.astimezone(UTC).isoformat()}">{_ago(now, shown.published)}</time>'
    link = f'<a href="{post.url}">{when}</a>' if linked else when
    edited = f" · edited {_ago(now, shown.updated)}" if shown.is_edited else ""
    by = f'<a href="/places/{post.place}/by/{escape(post.author)}">{escape(post.author_name)}</a>'
    return (
        f'<article dir="auto">{title}<p class="text">{escape(shown.text)}</p>'
        f'<footer dir="ltr">{_stars(shown.stars)}{by} <span class=dim>@{escape(post.author)}'
        f"{_reach(shown)} · {link}{edited}</span></footer>{_our_answers(shown, look)}</article>"
    )


def _our_answers(shown: Shown, look: Look) -> str:
    return "".join(
        f'<section class="ours" id="{answer.anchor}"><p class="dim" dir="ltr"><b>{escape(look.company)} answered</b>'
        f' · {_ago(look.now, answer.at)}</p><p class="text">{escape(answer.text)}</p></section>'
        for answer in look.answers(shown)
    )


def _stars(stars: int | None) -> str:
    if stars is None:
        return ""
    return (
        f'<span role="img" aria-label="{stars} of {MAX_STARS} stars">{"★" * stars}{"☆" * (MAX_STARS - stars)}</span> '
    )


def _reach(shown: Shown) -> str:
    counts = ((shown.post.followers, "follower"), (shown.post.points, "point"))
    return "".join(f" · {count:,} {_plural(count, word)}" for count, word in counts if count is not None)


def _form(place: Place, *, reply_to: str = "") -> str:
    verb = "Answer" if reply_to else "Write"
    title = _input("title", "Title", "text", {"maxlength": "150"}) if place.titles else ""
    stars = _input("stars", f"Stars, 1 to {MAX_STARS}", "number", {"min": "1", "max": str(MAX_STARS), "value": "3"})
    followers = _input("followers", "Followers you claim to have", "number", {"min": "0", "value": "120"})
    measure = {Measure.STARS: stars, Measure.FOLLOWERS: followers}.get(place.measure, "")
    return (
        f'<form method="post" action="/places/{place.name}"><h2>{verb} as a customer</h2>'
        f'<input type="hidden" name="reply_to" value="{escape(reply_to)}">'
        f"{_input('author_name', 'Your name', 'text', {'maxlength': '60', 'value': 'You'})}{title}{measure}"
        f"{_textarea('')}<button>Publish on {escape(place.title)}</button>"
        '<p class="dim">The bot sees it when it next reads the feed.</p></form>'
    )


def _edit_form(place: Place, shown: Shown) -> str:
    return (
        f'<form method="post" action="/places/{place.name}/{shown.post.id}"><h2>Change what you wrote</h2>'
        f"{_textarea(shown.text)}<button>Save</button></form>"
    )


def _input(name: str, label: str, kind: str, attributes: Mapping[str, str]) -> str:
    rest = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f'<label>{label}<input name="{name}" type="{kind}" {rest}></label>'


def _textarea(text: str) -> str:
    # A parser drops one line feed after the tag: the one written here, so that the text keeps its own.
    return (
        f'<label>Text<textarea name="text" rows="4" required maxlength="{MAX_TEXT}">\n{escape(text)}</textarea></label>'
    )


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _ago(now: datetime, then: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
