"""Places that answer in the right shape with the wrong things in it: any value for any key, one after the other."""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.mention import clean
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Revisable, Source
from tests.contracts.cases import hacker_news, reddit, stack_exchange, x
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp()) - 3_600
HEARD = Listening(names=("Simmerwick",))
STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2.5,
    10**400,
    float("nan"),
    float("inf"),
    "",
    " ",
    "\ud800\u0000x",
    "../../x?y#z",
    "9" * 400,
    "x" * 50_000,
    [],
    [None, 3, [], {}],
    {},
    {"a": {"b": None}},
)
SHARE = 4
"""One of so many strange values is tried in each place: all of them take 40 s. Neighbours get different ones."""
Place = Callable[[str], Source]

HIT = {
    "objectID": "5",
    "author": "jo",
    "created_at_i": AT,
    "comment_text": "hello",
    "parent_id": 1,
    "story_id": 1,
    "story_title": "t",
}
ITEM = {
    "id": 5,
    "by": "jo",
    "time": AT,
    "text": "hello",
    "parent": 1,
    "title": "t",
    "url": "https://a.example",
    "score": 2,
}
OWNER = {"user_id": 7, "display_name": "jo", "link": "https://a.example"}
EXCERPT = {"item_type": "question", "question_id": 5, "creation_date": AT}
QUESTION = {
    "question_id": 5,
    "answer_id": 5,
    "title": "t",
    "body": "<p>hello</p>",
    "owner": OWNER,
    "score": 1,
    "creation_date": AT,
    "link": "https://a.example",
}
TWEET = {
    "id": x.snowflake(NOW),
    "text": "hello https://t.co/aa",
    "author_id": "7",
    "conversation_id": "5",
    "created_at": NOW.isoformat(),
    "edit_history_tweet_ids": ["5"],
    "entities": {"urls": [{"url": "https://t.co/aa", "expanded_url": "https://a.example", "media_key": ""}]},
    "lang": "en",
    "note_tweet": {"text": "", "entities": {}},
    "referenced_tweets": [{"type": "quoted", "id": "6"}],
    "attachments": {"media_keys": ["3_1"]},
}
INCLUDES = {
    "users": [{"id": "7", "username": "jo", "name": "Jo", "public_metrics": {"followers_count": 5}}],
    "tweets": [{"id": "6", "text": "quoted"}],
    "media": [{"media_key": "3_1", "type": "photo", "url": "https://a.example/1.jpg"}],
}
COMMENT = {
    "name": "t1_a",
    "author": "jo",
    "body": "hello",
    "created_utc": float(AT),
    "parent_id": "t3_b",
    "link_id": "t3_b",
    "permalink": "/r/tea/comments/b/x/a/",
    "context": "/r/tea/comments/b/x/a/?context=3",
    "score": 1,
    "url": "https://a.example",
    "post_hint": "image",
    "removed_by_category": None,
}

ANSWERS: dict[str, tuple[Place, dict[str, Any]]] = {
    "hacker_news": (
        lambda url: hacker_news.table(url).build(HEARD),
        {"/api/v1/search_by_date": {"hits": [HIT], "nbHits": 1}, "/v0/item/": ITEM},
    ),
    "stack_exchange": (
        lambda url: stack_exchange.table(url).build(HEARD),
        {
            "/search/excerpts": {"items": [EXCERPT], "has_more": False, "quota_remaining": 200, "backoff": 3},
            "/questions/": {"items": [QUESTION], "has_more": False},
            "/answers/": {"items": [QUESTION], "has_more": False},
        },
    ),
    "x": (
        lambda url: x.table(url, search=True).build(HEARD),
        {"/2/": {"data": [TWEET], "includes": INCLUDES, "meta": {"result_count": 1, "next_token": ""}, "errors": []}},
    ),
    "reddit": (
        lambda url: reddit.table(url).build(HEARD),
        {
            "/api/v1/access_token": {"access_token": "t", "token_type": "bearer", "expires_in": 3_600, "scope": "*"},
            "/message/": reddit.listing([COMMENT]),
            "/api/info": reddit.listing([COMMENT]),
        },
    ),
}


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value stands in a piece of JSON."""
    if here:
        yield here
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from paths(inner, (*here, key))


def bent(answers: dict[str, Any], path: tuple[Any, ...], strange: Any) -> dict[str, Any]:
    changed = copy.deepcopy(answers)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = strange
    return changed


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_value_anywhere_is_more_than_a_bad_entry_or_a_refusal(kind: str) -> None:
    """Every value of every answer is replaced by strange ones; what comes is clean, or Retry, or GiveUp."""
    build, answers = ANSWERS[kind]
    shown: dict[str, Any] = answers

    def speak(asked: Asked) -> Answer:
        known = [path for path in shown if asked.path.startswith(path)]
        return said(shown[max(known, key=len)]) if known else Answer(status=404)

    tried = read = 0
    with wire(speak) as web:
        source = build(web.url)
        assert source.poll("", NOW).items, "the answers are good as they are"
        for number, path in enumerate(paths(answers)):
            for strange in STRANGE[number % SHARE :: SHARE]:
                shown = bent(answers, path, strange)
                tried += 1
                try:
                    check(source.poll("", NOW))
                    assert isinstance(source, Revisable)
                    check(Batch(items=source.look_again(["5"], NOW).items, cursor=""))
                    read += 1
                except (Retry, GiveUp):
                    continue
    assert read > tried / 2, "most values are of one entry only"


def check(batch: Batch) -> None:
    """What every source promises of what it gives."""
    assert len(batch.cursor) < 10_000
    for item in batch.items:
        assert item.text
        assert 0 < len(item.external_id) <= 500
        assert item.url == "" or item.url.startswith(("http://", "https://"))
        for text in (item.text, item.title, item.author, item.author_name, item.external_id, item.thread, item.parent):
            assert clean(text) == text
            text.encode()
    for problem in batch.problems:
        assert len(problem) < 1_000
        problem.encode()
