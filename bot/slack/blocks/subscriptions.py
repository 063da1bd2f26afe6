"""Subscriptions of a channel: choosing, listing and ending them."""

import json
from collections.abc import Mapping, Sequence

from bot.domain.card import Subscription
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


def subscribe_modal(channel: str, topics: Sequence[Topic], sources: Mapping[str, str]) -> Json:
    """What `channel` wants copies of. `sources` maps names to titles. Its `private_metadata` is JSON with `channel`.

    Nothing chosen lets everything through. The scores' values are the least share as a decimal, `ANY_SCORE` for none.
    """
    titled = [(title or name, name) for name, title in sources.items()]
    named = [(topic.description or topic.name, topic.name) for topic in topics]
    blocks = [
        section(markdown(f"Earshot will post a read-only copy in {mention(channel)} of each new mention that fits.")),
        *_choices("Topics", ids.SUBSCRIBE_TOPICS, named, "Every topic"),
        *_choices("Sources", ids.SUBSCRIBE_SOURCES, titled, "Every source"),
        field("Detractors (estimated)", _score(ids.SUBSCRIBE_DETRACTOR, "detractor")),
        field("Promoters (estimated)", _score(ids.SUBSCRIBE_PROMOTER, "promoter")),
    ]
    metadata = json.dumps({"channel": channel})
    return modal(ids.SUBSCRIBE, "Subscribe", blocks, submit="Subscribe", metadata=metadata)


def subscriptions_message(subscriptions: Sequence[Subscription], sources: Mapping[str, str] | None = None) -> Message:
    """A channel's subscriptions, each with its end; `sources` maps names to titles."""
    if not subscriptions:
        text = "This channel has no subscriptions. `/mentions subscribe` makes one."
        return Message(text, [section(markdown(text))])
    titles = sources or {}
    title = f"This channel has {counted(len(subscriptions), 'subscription')}."
    blocks = [section(markdown(title)), *(_listed(each, titles) for each in subscriptions[:LISTED])]
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


def _listed(subscription: Subscription, titles: Mapping[str, str]) -> Json:
    said = wanted(subscription, titles)
    made = f"by {mention(subscription.created_by)}, {day(subscription.created_at)}"
    end = button("Unsubscribe", ids.UNSUBSCRIBE, str(subscription.id), label=f"End subscription {subscription.id}")
    return section(markdown(f"{said[:1].upper()}{said[1:]}\n{made}"), end)


def _choices(label: str, action_id: str, choices: Sequence[tuple[str, str]], everything: str) -> list[Json]:
    if not choices:
        return []
    element = {
        "type": "multi_static_select",
        "action_id": action_id,
        "placeholder": plain_text(everything, 150),
        "options": [option(text, value) for text, value in choices[:MAX_OPTIONS]],
    }
    hidden = f" The list shows {MAX_OPTIONS} of {len(choices):,}." if len(choices) > MAX_OPTIONS else ""
    return [field(label, element, hint=f"Leave it empty for all.{hidden}", optional=True)]


def _score(action_id: str, name: str) -> Json:
    options = [option("Any", ANY_SCORE), *(option(f"At least {percent(float(b))} {name}", b) for b in _BOUNDS)]
    return {"type": "static_select", "action_id": action_id, "options": options, "initial_option": options[0]}
