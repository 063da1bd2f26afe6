"""Subscriptions of a channel: choosing, listing and ending them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.card import Subscription
from bot.domain.rating import Narrower, Opinion, Usefulness
from bot.domain.routing import Topic
from bot.slack import ids
from bot.slack.blocks.elements import (
    MAX_OPTIONS,
    button,
    context,
    field,
    markdown,
    modal,
    option,
    plain_text,
    section,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.text import counted, day, escaped, listed, mention, percent

LISTED = 20
"""Subscriptions in one message: more are too much text for Slack where each names many topics."""

ANY_SCORE = "0"
_BOUNDS = ("0.5", "0.7", "0.8", "0.9")
_MANY = 5
_EVERYTHING = Subscription(id=0, channel="", created_by="", created_at=datetime.min.replace(tzinfo=UTC))


def subscribe_modal(
    channel: str, topics: Sequence[Topic], sources: Mapping[str, str], *, narrower: Narrower | None = None
) -> Json:
    """What `channel` wants copies of. `sources` maps names to titles. Its `private_metadata` is JSON with `channel`.

    `narrower` is what a present subscription may be changed to: filled in, with its reason, and its id as `instead_of`.

    Nothing chosen lets everything through. The scores' values are the least share as a decimal, `ANY_SCORE` for none.
    """
    titled = [(title or name, name) for name, title in sources.items()]
    named = [(topic.description or topic.name, topic.name) for topic in topics]
    now = narrower.wish if narrower else _EVERYTHING
    blocks = [
        section(markdown(f"Earshot will post a read-only copy in {mention(channel)} of each new mention that fits.")),
        *([section(plain_text(f"💡 {narrower.why} Below, that is left out."))] if narrower else []),
        *_choices("Topics", ids.SUBSCRIBE_TOPICS, named, "Every topic", now.topics),
        *_choices("Sources", ids.SUBSCRIBE_SOURCES, titled, "Every source", now.sources),
        field("Detractors (estimated)", _score(ids.SUBSCRIBE_DETRACTOR, "detractor", now.min_detractor)),
        field("Promoters (estimated)", _score(ids.SUBSCRIBE_PROMOTER, "promoter", now.min_promoter)),
    ]
    metadata = json.dumps({"channel": channel} | ({"instead_of": now.id} if narrower else {}))
    title, submit = ("Narrow a subscription", "Change it") if narrower else ("Subscribe", "Subscribe")
    return modal(ids.SUBSCRIBE, title, blocks, submit=submit, metadata=metadata)


def subscriptions_message(
    subscriptions: Sequence[Subscription],
    sources: Mapping[str, str] | None = None,
    rated: Mapping[int, Opinion] | None = None,
) -> Message:
    """A channel's subscriptions, each with its end, what people say of it (`rated`, by id) and how to narrow it.

    `sources` maps names to titles.
    """
    if not subscriptions:
        text = "This channel has no subscriptions. `/mentions subscribe` makes one."
        return Message(text, [section(markdown(text))])
    titles = sources or {}
    title = f"This channel has {counted(len(subscriptions), 'subscription')}."
    blocks = [section(markdown(title)), *_each(subscriptions[:LISTED], titles, rated or {})]
    if len(subscriptions) > LISTED:
        blocks.append(context(plain_text(f"and {len(subscriptions) - LISTED:,} more; end some to see them")))
    said = "; ".join(wanted(each, titles) for each in subscriptions[:3])
    return Message(f"{title} {said}{' …' if len(subscriptions) > 3 else ''}", blocks)


def subscribed_message(subscription: Subscription, sources: Mapping[str, str] | None = None) -> Message:
    text = f"{mention(subscription.channel)} now gets a copy of {wanted(subscription, sources or {})}."
    return Message(text, [section(markdown(text)), context(plain_text("/mentions list shows and ends subscriptions."))])


def unsubscribed_message(subscription: Subscription, sources: Mapping[str, str] | None = None) -> Message:
    text = f"{mention(subscription.channel)} no longer gets copies of {wanted(subscription, sources or {})}."
    return Message(text, [section(markdown(text)), context(plain_text("Copies that were posted stay."))])


def wanted(subscription: Subscription, titles: Mapping[str, str]) -> str:
    """`mentions about billing or refunds from App Store, at least 70% detractor (estimated)`, in mrkdwn."""
    said = "mentions about " + _either(subscription.topics) if subscription.topics else "every mention"
    if subscription.sources:
        said += " from " + _either([titles.get(name, "") or name for name in subscription.sources])
    scores = (("detractor", subscription.min_detractor), ("promoter", subscription.min_promoter))
    bounds = [f"at least {percent(least)} {name}" for name, least in scores if least]
    return f"{said}, {listed(bounds)} (estimated)" if bounds else said


def _either(names: Sequence[str]) -> str:
    shown = [escaped(name, 40) for name in names[:_MANY]]
    if len(names) > _MANY:
        shown.append(f"{len(names) - _MANY} more")
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _each(
    subscriptions: Sequence[Subscription], titles: Mapping[str, str], rated: Mapping[int, Opinion]
) -> Iterator[Json]:
    for each in subscriptions:
        opinion = rated.get(each.id)
        yield _listed(each, titles, opinion)
        if opinion is not None and opinion.narrower is not None:
            yield _narrow(each, opinion.narrower)


def _narrow(subscription: Subscription, narrower: Narrower) -> Json:
    change = button("Narrow…", ids.NARROW, str(subscription.id), label=f"Narrow subscription {subscription.id}")
    return section(plain_text(f"💡 {narrower.why}"), change)


def _opinion(opinion: Opinion | None) -> str:
    """`3 useful, 5 not (mostly too noisy)`; nothing where nobody said anything."""
    found = opinion.usefulness if opinion else Usefulness()
    if not found.useful + found.not_useful:
        return ""
    why = f" ({'mostly ' if found.not_useful > 1 else ''}{escaped(found.top_reason, 60)})" if found.top_reason else ""
    return f" · {found.useful:,} useful, {found.not_useful:,} not{why}"


def _listed(subscription: Subscription, titles: Mapping[str, str], opinion: Opinion | None) -> Json:
    said = wanted(subscription, titles)
    made = f"by {mention(subscription.created_by)}, {day(subscription.created_at)}{_opinion(opinion)}"
    end = button("Unsubscribe", ids.UNSUBSCRIBE, str(subscription.id), label=f"End subscription {subscription.id}")
    return section(markdown(f"{said[:1].upper()}{said[1:]}\n{made}"), end)


def _choices(
    label: str, action_id: str, choices: Sequence[tuple[str, str]], everything: str, chosen: Sequence[str] = ()
) -> list[Json]:
    if not choices:
        return []
    options = [option(text, value) for text, value in choices[:MAX_OPTIONS]]
    element = {
        "type": "multi_static_select",
        "action_id": action_id,
        "placeholder": plain_text(everything, 150),
        "options": options,
    }
    initial = [each for each in options if each["value"] in chosen]
    if initial:
        element["initial_options"] = initial
    hidden = f" The list shows {MAX_OPTIONS} of {len(choices):,}." if len(choices) > MAX_OPTIONS else ""
    return [field(label, element, hint=f"Leave it empty for all.{hidden}", optional=True)]


def _score(action_id: str, name: str, least: float = 0.0) -> Json:
    options = [option("Any", ANY_SCORE), *(option(f"At least {percent(float(b))} {name}", b) for b in _BOUNDS)]
    chosen = next((each for each in options if float(each["value"]) == least), options[0])
    return {"type": "static_select", "action_id": action_id, "options": options, "initial_option": chosen}
