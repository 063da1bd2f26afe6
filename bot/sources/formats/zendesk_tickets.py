"""Zendesk's tickets and their comments, as posts."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.mention import Incoming
from bot.sources.formats.dates import EARLIEST, believed, read_date
from bot.sources.formats.fields import language, line, prose, sentence, shortened
from bot.sources.formats.json_values import inner, objects_of, text_at, text_of, whole_number
from bot.sources.formats.markup import plain_text

END_USER = "end-user"
DELETED = "deleted"
UNSEEN = "\u2060"
"""Word joiner: it takes no room and shows nothing."""
SCORES = {"good": 5.0, "bad": 1.0}
"""What a customer says of the help they got, as stars."""
_ID = re.compile(r"([1-9]\d{0,17})(?:#\d{1,18})?", re.ASCII)

Fields = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Person:
    """`handle` is the address where there is one; people of the company are no customers."""

    handle: str
    name: str
    language: str
    is_customer: bool


def people(answer: Fields) -> dict[str, Person]:
    """The users that came along, by their ids."""
    return {text_at(each, "id"): _person(each) for each in objects_of(answer.get("users"))}


def _person(user: Fields) -> Person:
    name = line(text_at(user, "name"))
    return Person(
        handle=line(text_at(user, "email")).lower() or f"user-{text_at(user, 'id')}",
        name=name,
        language=language(text_at(user, "locale")),
        is_customer=text_at(user, "role") in (END_USER, ""),
    )


def requester(ticket: Fields, known: Mapping[str, Person]) -> Person:
    """Who asked; somebody of whom nothing but the number is known is taken for a customer."""
    number = text_at(ticket, "requester_id")
    return known.get(number) or Person(handle=f"user-{number}", name="", language="", is_customer=True)


def ticket_of(external_id: str) -> str:
    """The ticket's number; empty for what is no id of ours."""
    found = _ID.fullmatch(external_id)
    return found[1] if found else ""


def changed_after_it_came(ticket: Fields) -> bool:
    return text_at(ticket, "updated_at") != text_at(ticket, "created_at")


def created(raw: Fields) -> datetime | None:
    return read_date(text_at(raw, "created_at"))


def ticket_item(ticket: Fields, person: Person, site: str, now: datetime) -> Incoming:
    title, text = line(text_at(ticket, "subject")), prose(text_at(ticket, "description"))
    number = text_at(ticket, "id")
    return Incoming(
        external_id=number,
        text=text or title,
        title=title if text else "",
        url=page_of(number, site),
        author=person.handle,
        author_name=person.name,
        rating=SCORES.get(text_at(ticket, "satisfaction_rating", "score").split("_")[0]),
        language=person.language,
        posted_at=believed(created(ticket), now),
    )


def comment_items(ticket: Fields, answer: object, person: Person, site: str, now: datetime) -> Iterator[Incoming]:
    """What the customer wrote after the first message, which is the ticket itself. `answer` is the newest page of comments:
    where no other follows, the first message is the oldest on it.
    """
    number, requester = text_at(ticket, "id"), text_at(ticket, "requester_id")
    opening = "\n\n".join(filter(None, [line(text_at(ticket, "subject")), prose(text_at(ticket, "description"))]))
    shown = sorted(objects_of(inner(answer, "comments")), key=_in_time)
    for comment in shown if text_at(answer, "next_page") else shown[1:]:
        if text_at(comment, "author_id") != requester or comment.get("public") is False:
            continue
        yield Incoming(
            external_id=f"{number}#{text_at(comment, 'id')}",
            text=prose(text_at(comment, "plain_body") or text_at(comment, "body")),
            url=page_of(number, site),
            author=person.handle,
            author_name=person.name,
            language=person.language,
            posted_at=believed(created(comment), now),
            parent=shortened(opening),
            thread=number,
        )


def _in_time(comment: Fields) -> tuple[datetime, int]:
    return created(comment) or EARLIEST, whole_number(comment.get("id")) or 0


def page_of(number: str, site: str) -> str:
    return f"{site}/agent/tickets/{number}"


def as_html(text: str) -> str:
    """What a person typed, so that it reads the same there. As a plain `body` it would be taken for Markdown, lose its empty
    lines and whatever looks like a tag; and `{{…}}` and `{%…%}` would be filled in, here too, so something unseen parts them.
    """
    parted = re.sub(r"\{(?=[{%])", "{" + UNSEEN, text)
    return html.escape(parted, quote=False).replace("\n", "<br>")


def bears(audit: Fields, key: str, text: str) -> bool:
    """Whether this change of a ticket is our answer: by our key, or by its text where it bears nobody's key."""
    marked = text_of(inner(audit, "metadata", "custom", "earshot"))
    if marked:
        return marked == key
    said = [each for each in objects_of(audit.get("events")) if each.get("type") == "Comment" and each.get("public")]
    forms = [form for each in said for form in (text_at(each, "body"), plain_text(text_at(each, "html_body")).text)]
    return _words(text) in map(_words, forms)


def _words(text: str) -> list[str]:
    return prose(text).replace(UNSEEN, "").split()


def reason(value: object) -> str:
    """Zendesk's own words: what it says of single fields, else of the whole."""
    details = inner(value, "details")
    fields = [each for found in details.values() for each in objects_of(found)] if isinstance(details, dict) else []
    told = "; ".join(filter(None, (text_at(each, "description") for each in fields)))
    error = inner(value, "error")
    whole = text_at(value, "description") or (text_at(error, "message") or text_at(error, "title"))
    return sentence(told or whole)
