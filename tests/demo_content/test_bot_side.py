"""The demo as the bot sees it: its configuration fits the workspace, and its reader gets all that the places say."""

from collections.abc import Iterator
from itertools import chain

import pytest
from starlette.testclient import TestClient

from bot.config import Config, load_config
from bot.domain.mention import Incoming, clean
from bot.domain.routing import Route, choose_route
from bot.sources.feed import FeedTable
from bot.sources.formats.feed_json import read_json
from bot.sources.formats.feed_xml import read_xml
from bot.sources.formats.markup import tidy
from classifiers.verdict import TRIAGE_CLASSES, Verdict
from sandbox.places.stream import Format, Post, Stream
from sandbox.workspace import Seed, load_workspace
from tests.demo_content.conftest import DEMO, MovedClock

SITE = "http://127.0.0.1:3000"
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the Standard Webhooks specification's own example


@pytest.fixture(scope="module")
def config() -> Config:
    beside = {
        "FEDIVERSE_URL": SITE,
        "FEDIVERSE_TOKEN": "t",
        "IMAP_PORT": "143",
        "SMTP_PORT": "25",
        "MAIL_PASSWORD": "p",
    }
    return load_config(DEMO / "config.toml", {"SANDBOX_URL": SITE, "SIMMERWICK_REPLY_SECRET": SECRET} | beside)


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load_workspace(DEMO / "workspace.toml", created=1)


@pytest.fixture
def read(site: TestClient, clock: MovedClock, story: Stream) -> dict[str, Incoming]:
    """All that the bot reads at the end of the story, by url."""
    clock.forward(10_000)
    documents = []
    for place in story.places.values():
        url = f"/places/{place.name}/feed"
        answer = site.get(url)
        is_json = place.format is Format.JSON
        document = (
            read_json(answer.content, SITE + url)
            if is_json
            else read_xml(answer.content, answer.headers["content-type"], SITE + url)
        )
        assert not document.problems
        documents.append(document.items)
    return {item.url: item for item in chain.from_iterable(documents)}


def last_text(post: Post) -> str:
    return post.edits[-1].text if post.edits else post.text


def test_the_bot_reads_every_post_as_it_was_written(read: dict[str, Incoming], story: Stream) -> None:
    assert len(read) == len(story.posts)
    texts = {post.id: last_text(post) for post in story.posts}
    for post in story.posts:
        item = read[SITE + post.url]
        assert item.text == clean(tidy(last_text(post)))
        assert (item.author, item.author_name) == (post.author, post.author_name)
        assert item.reach == (post.followers if post.followers is not None else post.points)
        assert item.rating == (post.edits[-1].stars if post.edits else post.stars)
        assert item.parent == (clean(tidy(texts[post.reply_to])) if post.reply_to else "")
        assert item.title in (post.title, "")


def test_every_place_is_a_source_of_the_same_name(config: Config, story: Stream) -> None:
    feeds = {source.name: source.url for source in config.sources if isinstance(source, FeedTable)}
    assert feeds == {place.title: f"{SITE}/places/{place.name}/feed" for place in story.places.values()}


def test_the_places_that_take_answers_are_the_sources_that_send_them(config: Config, story: Stream) -> None:
    sent = {
        source.name: source.reply_url for source in config.sources if isinstance(source, FeedTable) and source.reply_url
    }
    takers = [place for place in story.places.values() if place.answers]
    assert sent == {place.title: f"{SITE}/places/{place.name}/answers" for place in takers}
    assert {place.kind for place in takers} == {"microblog", "forum", "review", "app_review"}
    assert [place.answer_limit for place in takers if place.answer_limit] == [280]


def test_everybody_and_every_channel_in_the_configuration_exists(config: Config, seed: Seed) -> None:
    people = {f"@{user.handle}" for user in seed.users if not user.deleted} | {f"@{one.handle}" for one in seed.groups}
    channels = {f"#{channel.name}": channel for channel in seed.channels}
    assert set(references(config)) <= people | set(channels)
    assert all(channels[one.channel].id in seed.bot_channels for one in config.departments)
    assert all(channels[one].id in seed.bot_channels for one in own_channels(config))


def own_channels(config: Config) -> tuple[str, ...]:
    return config.slack.ops_channel, config.slack.headquarters_channel, config.slack.success_channel


def references(config: Config) -> Iterator[str]:
    yield from (*own_channels(config), *config.slack.managers)
    for rule in config.approvals:
        yield from (*rule.authors, *rule.approvers)
    yield from (each.slack for each in config.staff)
    for rota in config.rotas:
        yield from rota.people
    for department in config.departments:
        yield from (department.channel, *department.people)
        called = chain.from_iterable(level.notify for level in department.escalation)
        yield from (each for each in called if not each.startswith("oncall:"))


def test_every_department_is_led_to(config: Config) -> None:
    led_to = {each.department for each in (*config.topics, *config.heard.ears.themes)}
    assert led_to == {department.name for department in config.departments}


def routed(config: Config, story: Stream, post: Post, topic: str) -> Route:
    """The route of a post that the model is sure to be about `topic`."""
    verdict = Verdict(
        topics={topic: 0.7, "brand" if topic != "brand" else "billing": 0.3},
        detractor=0.5,
        promoter=0.1,
        triage=dict.fromkeys(TRIAGE_CLASSES, 1 / 6),
        reply=0.5,
        language="en",
        why=(),
        model="told",
    )
    incoming = Incoming(external_id=post.id, text=post.text, title=post.title, author=post.author)
    return choose_route(config.routing(), story.places[post.place].title, incoming, verdict)


def test_a_hazard_is_urgent_whatever_the_model_thinks(config: Config, story: Stream) -> None:
    melted = next(post for post in story.posts if "melted" in post.text)
    route = routed(config, story, melted, "product_feedback")
    assert (route.department, route.urgent) == ("trust", True)


def test_a_word_that_only_sounds_dangerous_is_not(config: Config, story: Stream) -> None:
    burned = next(post for post in story.posts if post.title.startswith("One year with"))
    assert not routed(config, story, burned, "product_feedback").urgent


def test_who_talks_of_sourdough_and_not_of_us_comes_to_the_community(config: Config, story: Stream) -> None:
    by_theme = [post.id for post in story.posts if routed(config, story, post, "irrelevant").rule == "theme"]
    assert by_theme == ["askapan-017", "twoeggslate-014", "twoeggslate-015"]


def test_what_simmerwick_says_itself_is_no_mention(config: Config, story: Stream) -> None:
    kept_out = [post.id for post in story.posts if routed(config, story, post, "brand").rule == "ours"]
    assert kept_out == ["chirrup-078"]


def test_the_hate_site_goes_to_brand(config: Config, story: Stream) -> None:
    post = next(post for post in story.posts if post.place == "simmerwicked")
    assert routed(config, story, post, "customer_service").department == "brand"
