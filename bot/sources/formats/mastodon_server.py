"""Talk with a server that speaks the Mastodon API, by Mastodon.py and through the one door."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Replied
from bot.sources.formats import mastodon_posts as posts
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import line, sentence, shortened
from bot.sources.formats.json_values import object_of, objects_of, text_of
from bot.sources.formats.mastodon_posts import Around
from bot.sources.formats.shelf import PAGE, Entry
from bot.sources.net.fetch import PAUSE, SOON, TRY_AGAIN, asks_for_rest, pause

if TYPE_CHECKING:
    import requests
    from mastodon import Mastodon

Status = Mapping[str, Any]
Bounds = Mapping[str, str]

VISIBILITIES = frozenset({"public", "unlisted", "private", "direct"})
MISSING = 404


class MastodonServer:
    """One visit: a few requests that belong together. Everything raises Retry and GiveUp, as `visit` translates."""

    def __init__(self, client: "Mastodon", host: str, missing: type[Exception]) -> None:
        self._client = client
        self._host = host
        self._missing = missing
        """What the library raises where there is no such post, or no such address at all."""

    @contextmanager
    def asking(self) -> Iterator[None]:
        """The library's errors as ours, for whoever wants to go on within the visit."""
        from mastodon import MastodonError

        try:
            yield
        except MastodonError as error:
            raise _ours(error, self._host) from error

    def mentions(self, bounds: Bounds) -> list[Entry[Status]]:
        with self._told(include_filtered="true"):
            page = self._page(self._client.notifications(types=["mention"], limit=PAGE, **bounds))
        return [_entry(each, object_of(each.get("status"))) for each in page]

    @contextmanager
    def _told(self, **parameters: str) -> Iterator[None]:
        """With parameters that the library does not know.

        Without `include_filtered` Mastodon (since 4.3) keeps back what an account's policy filters: unless it was changed,
        direct messages of those whom it does not follow, and posts of those whom a moderator limited.
        """
        self._client.session.params = parameters
        try:
            yield
        finally:
            self._client.session.params = {}

    def tagged(self, tag: str, bounds: Bounds) -> list[Entry[Status]]:
        page = self._page(self._client.timeline_hashtag(tag, limit=PAGE, **bounds))
        return [_entry(each, each) for each in page]

    def saying(self, word: str, bounds: Bounds) -> list[Entry[Status]]:
        """The search knows no since_id, and gives the newest page above its min_id."""
        after, before = bounds.get("min_id") or bounds.get("since_id"), bounds.get("max_id")
        found = self._client.search_v2(
            f'"{word}"', result_type="statuses", resolve=False, min_id=after, max_id=before, limit=PAGE
        )
        return [_entry(each, each) for each in self._page(object_of(found).get("statuses"))]

    def is_ours(self, status: Status) -> bool:
        return text_of(object_of(status.get("account")).get("id")) == self._our_id

    def read(self, status: Status, now: datetime) -> Incoming:
        item = posts.incoming(status, self._host, self._around(status))
        return replace(item, posted_at=believed(item.posted_at, now))

    def standing(self, ids: Sequence[str]) -> dict[str, Status]:
        """Those of the posts that are still there, by id. Servers before Mastodon 4.3 give them one at a time only."""
        with suppress(self._missing):
            together = objects_of(self._client.statuses(list(ids)))
            found = {posts.id_of(each): each for each in together if posts.id_of(each) in ids}
            return found | self._one_by_one([each for each in ids if each not in found])
        return self._one_by_one(ids)

    def post(self, id: str) -> Status:
        with suppress(self._missing):
            return self._known(self._client.status(id))
        raise self._gone()

    def answers_of_ours(self, id: str, text: str, *, since: datetime) -> list[str]:
        """Where our own answers of this text stand right under the post. Raises GiveUp where that is gone: ours may stand then."""
        with suppress(self._missing):
            below = objects_of(object_of(self._client.status_context(id)).get("descendants"))
            direct = (each for each in below if text_of(each.get("in_reply_to_id")) == id and self.is_ours(each))
            late = (each for each in direct if (posts.moment_of(each) or since) >= since)
            return [posts.address_of(each) for each in late if posts.says(each, text)]
        raise self._gone()

    def answer(self, post: Status, text: str, *, key: str) -> Replied:
        """As visible as the post; never wider where the server has kinds of visibility that we do not know."""
        visibility = text_of(post.get("visibility"))
        handle = line(text_of(object_of(post.get("account")).get("acct")))
        answer = self._client.status_post(
            f"@{handle} {text}",
            in_reply_to_id=posts.id_of(post),
            visibility=visibility if visibility in VISIBILITIES else "direct",
            idempotency_key=key,
        )
        if not posts.id_of(object_of(answer)):
            raise Retry(f"{self._host} does not say what became of our answer", after=SOON, ambiguous=True)
        return Replied(permalink=posts.address_of(object_of(answer)))

    def _gone(self) -> GiveUp:
        return GiveUp(f"{self._host} has this post no more")

    @cached_property
    def _our_id(self) -> str:
        return posts.id_of(self._known(self._client.account_verify_credentials()))

    def _one_by_one(self, ids: Sequence[str]) -> dict[str, Status]:
        found: dict[str, Status] = {}
        for id in ids:
            with suppress(self._missing):
                found[id] = self._known(self._client.status(id))
        return found

    def _around(self, status: Status) -> Around:
        """What it replies to. A conversation is named by its first post, or by our own answer where it replies to that."""
        parent = line(text_of(status.get("in_reply_to_id")))
        if not parent:
            return Around()
        above: list[dict[str, Any]] = []
        with suppress(self._missing):
            above = objects_of(object_of(self._client.status_context(posts.id_of(status))).get("ancestors"))
        found = next((each for each in above if posts.id_of(each) == parent), {})
        root = posts.id_of(above[0]) if above else parent
        answered = posts.address_of(found) if found and self.is_ours(found) else ""
        return Around(parent=shortened(posts.text_in(found)), thread=answered or root)

    def _page(self, page: object) -> list[dict[str, Any]]:
        listed = objects_of(page)
        if not isinstance(page, list) or len(listed) < len(page) or not all(posts.id_of(each) for each in listed):
            raise Retry(f"{self._host} does not answer as the Mastodon API does", after=PAUSE)
        return listed

    def _known(self, told: object) -> dict[str, Any]:
        if not isinstance(told, dict) or not posts.id_of(told):
            raise Retry(f"{self._host} does not answer as the Mastodon API does", after=PAUSE)
        return told


@contextmanager
def visit(server: str, token: str, *, allow_private: bool) -> Iterator[MastodonServer]:
    """Raises Retry and GiveUp, and no error of the library's own."""
    from mastodon import Mastodon, MastodonNotFoundError

    from bot.sources.net.door_requests import door_session

    host = posts.host_of(server)
    with door_session(allow_private=allow_private) as session:
        session.hooks["response"].append(_refuse)
        client = Mastodon(
            access_token=token,
            api_base_url=server,
            session=session,
            ratelimit_method="throw",
            # Taken for granted: asked, it costs a question a visit, and never ends where the server does not say.
            version_check_mode="created",
            mastodon_version="4.6.0",
        )
        visited = MastodonServer(client, host, MastodonNotFoundError)
        with visited.asking():
            yield visited


def _ours(error: Exception, host: str) -> Retry | GiveUp:
    """The library wraps what the door and `_refuse` raise in an error of its own."""
    inner = error.__cause__ or error.__context__
    if isinstance(inner, Retry | GiveUp):
        return inner
    return Retry(f"{host} does not answer as the Mastodon API does", after=PAUSE, ambiguous=True)


def _refuse(response: "requests.Response", **_: object) -> None:
    """Every status but success and 404 as ours; the library would tell neither the reason nor how long to wait."""
    status, host = response.status_code, posts.host_of(response.url)
    if status == MISSING:
        return
    if status < 400:
        _expect_a_list(response, host)
        return
    sending = response.request.method == "POST"
    if status in TRY_AGAIN or status >= 500:
        raise Retry(
            f"{host} is not able to answer now ({status})",
            after=_wait(response.headers, otherwise=SOON if sending else PAUSE),
            ambiguous=sending and status >= 500,
            asked=asks_for_rest(status, response.headers),
        )
    said = _reason(response)
    if status == 401:
        raise GiveUp(f"{host} does not accept the token (401{said}): make a new one in its settings, under Development")
    if status == 403:
        raise GiveUp(f"{host} does not allow this (403{said}): the token needs read and write:statuses")
    raise GiveUp(f"{host} refuses it ({status}{said})")


def _expect_a_list(response: "requests.Response", host: str) -> None:
    """The library makes an empty list of an empty object, which would say that all is well."""
    is_listed = any(part in response.url for part in ("/api/v1/notifications", "/api/v1/timelines/"))
    if is_listed and not response.content.lstrip().startswith(b"["):
        raise Retry(f"{host} does not answer as the Mastodon API does", after=PAUSE)


def _reason(response: "requests.Response") -> str:
    """The server's own words behind a comma; nothing where it has none."""
    try:
        told = object_of(response.json()).get("error")
    except (ValueError, RecursionError):
        return ""
    why = sentence(text_of(told))
    return f": {why}" if why else ""


def _wait(headers: Mapping[str, str], *, otherwise: timedelta) -> timedelta:
    """Mastodon itself says when its limit is over; proxies before it say Retry-After."""
    now = datetime.now(UTC)
    reset = read_date(headers.get("X-RateLimit-Reset", "")) if "Retry-After" not in headers else None
    if reset is not None and reset > now:
        return min(reset - now, timedelta(hours=1))
    return pause(headers.get("Retry-After", ""), now, otherwise=otherwise)


def _entry(listed: Status, status: Status) -> Entry[Status]:
    return Entry(id=posts.id_of(listed), at=posts.moment_of(status), post=status)
