"""0005: mentions that were there before are found by their hashtags, as new ones are."""

import pytest
from sqlalchemy import text

from bot.domain.preflight.hashtag import tags_of
from bot.store import hashtags, migrate
from bot.store.database import Database
from tests.store.test_migration_labels import MENTION, insert

TEXTS = (
    "please a #QuietPip without beep",
    "＃quietpip and #größe",
    "no tag, a number #12, an address https://simmerwick.example/faq#beep and a#b",
    "nothing at all",
    "#" + "a" * 101,
)


@pytest.fixture
def old(empty_database: Database) -> Database:
    migrate.migrate(empty_database, to="0004")
    for number, words in enumerate(TEXTS, start=1):
        insert(empty_database, "mentions", id=number, **MENTION, external_id=f"p{number}", text=words)
    return empty_database


def test_old_mentions_get_the_tags_that_they_would_have_now(old: Database) -> None:
    migrate.migrate(old)
    with old.read() as session:
        rows = session.execute(text("SELECT mention_id, tag FROM hashtags")).all()
        assert hashtags.usages(session, ["quietpip"])["quietpip"].uses == 2
    expected = {(number, tag) for number, words in enumerate(TEXTS, start=1) for tag in tags_of(words)}
    assert {(number, tag) for number, tag in rows} == expected


def test_a_tag_goes_with_its_mention(old: Database) -> None:
    migrate.migrate(old)
    with old.write() as session:
        session.execute(text("DELETE FROM mentions WHERE id = 1"))
    with old.read() as session:
        assert hashtags.usages(session, ["quietpip"])["quietpip"].uses == 1
