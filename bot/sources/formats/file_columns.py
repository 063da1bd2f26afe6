"""Which column of a file is what: as the person says, else by the usual names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import GiveUp

USUAL_NAMES: Mapping[str, str] = {
    "external_id": "id externalid reviewid tweetid commentid postid messageid ticketid uuid guid",
    "text": "text review reviewtext body content comment message tweet post feedback verbatim description",
    "title": "title subject headline reviewtitle summary",
    "url": "url link permalink href",
    "author": "author user username handle screenname userscreenname userusername authorusername reviewer",
    "author_name": "authorname displayname fullname name authordisplayname",
    "author_url": "authorurl userurl profileurl",
    "reach": "reach followers followerscount userfollowerscount points upvotes likes",
    "rating": "rating stars starrating score",
    "language": "language lang locale",
    "posted_at": "postedat date datetime createdat created publishedat published timestamp time at updatedat",
    "parent": "parent parenttext inreplytotext quotedtext quoted",
    "thread": "thread threadid conversation conversationid inreplyto inreplytoid inreplytostatusid replyto parentid",
    "media": "media mediaurl image imageurl",
}
"""Field → names in the order of preference, without case and signs: "Created At" is `createdat`."""
SHORT_NAMES = {"id": "external_id", "date": "posted_at"}
"""What people may write for a field on the command line."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """`of` gives the column of each field that was found; `guessed` are the fields that nobody named."""

    of: Mapping[str, str]
    guessed: frozenset[str]


def choose_columns(present: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """`wanted` is field → column. Raises GiveUp with every fault when the text cannot be found or a name is wrong."""
    named = {SHORT_NAMES.get(field, field): column for field, column in wanted.items()}
    fields = ", ".join(USUAL_NAMES)
    faults = [f'no field is called "{field}"; there are: {fields}' for field in named.keys() - USUAL_NAMES.keys()]
    faults += [f'no column is called "{column}"' for column in named.values() if column not in present]
    if faults:
        raise GiveUp("; ".join([*faults, _there_are(present)]))
    guesses = {field: column for field, column in _guesses(present, set(named.values())) if field not in named}
    if "text" not in named and "text" not in guesses:
        if len(present) != 1:
            raise GiveUp(f"no column looks like the text; say which with --map text=COLUMN; {_there_are(present)}")
        guesses = {"text": present[0]}
    return Columns(of=guesses | named, guessed=frozenset(guesses))


def _there_are(present: Sequence[str]) -> str:
    return f"the file has: {', '.join(present[:40])}" if present else "the file is empty"


def _guesses(present: Sequence[str], taken: Iterable[str]) -> Iterable[tuple[str, str]]:
    free = {_plain(column): column for column in reversed(present) if column not in taken}
    for field, names in USUAL_NAMES.items():
        found = next((free[name] for name in names.split() if name in free), None)
        if found is not None:
            yield field, found


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", column).lower()
