"""/mentions subscribe and list: the copies that a channel wants."""

from collections.abc import Callable
from functools import partial

from bot.domain.card import Subscription
from bot.errors import Refused
from bot.flow.desk.rating import opinions
from bot.flow.subscribe import subscribe, subscriptions_of, unsubscribe
from bot.slack import ids
from bot.slack.blocks.subscriptions import (
    subscribe_modal,
    subscribed_message,
    subscriptions_message,
    unsubscribed_message,
)
from bot.slack.floor import Floor
from bot.slack.payloads import Act, Command, Form, whole_number


def ask_for_subscription(floor: Floor, command: Command) -> None:
    """The dialog that asks what the channel wants copies of."""
    if not floor.directory.can_post_in(command.channel):
        raise Refused("Earshot cannot post in this channel: type /invite @Earshot here, then subscribe again.")
    topics = list(floor.policy.routing.topics.values())
    floor.open(command.trigger, subscribe_modal(command.channel, topics, floor.policy.source_titles))


def list_subscriptions(floor: Floor, command: Command) -> None:
    found = subscriptions_of(floor.desk, command.channel)
    rated = opinions(floor.desk, command.channel, found)
    floor.whisper(command, subscriptions_message(found, floor.policy.source_titles, rated))


def ask_narrower(floor: Floor, act: Act) -> None:
    """The dialog for a subscription, filled in with what people's ratings speak for."""
    number, channel = whole_number(act.value), act.origin.channel
    wishes = [each for each in subscriptions_of(floor.desk, channel) if each.id == number]
    opinion = opinions(floor.desk, channel, wishes).get(number)
    if opinion is None or opinion.narrower is None:
        raise Refused("There is nothing to narrow any more: /mentions list shows what people say now.")
    topics = list(floor.policy.routing.topics.values())
    floor.open(act.trigger, subscribe_modal(channel, topics, floor.policy.source_titles, narrower=opinion.narrower))


def submit_subscription(floor: Floor, form: Form) -> Callable[[], None]:
    wish = Subscription(
        id=0,
        channel=str(form.memory["channel"]),
        created_by=form.user,
        created_at=floor.desk.clock(),
        topics=form.several(ids.SUBSCRIBE_TOPICS),
        sources=form.several(ids.SUBSCRIBE_SOURCES),
        min_detractor=float(form.text(ids.SUBSCRIBE_DETRACTOR) or 0),
        min_promoter=float(form.text(ids.SUBSCRIBE_PROMOTER) or 0),
    )
    made = subscribe(floor.desk, wish, form.key, instead_of=int(form.memory.get("instead_of", 0)))
    told = subscribed_message(made, floor.policy.source_titles)
    return partial(floor.tell_in, made.channel, form.user, told)


def end_subscription(floor: Floor, act: Act) -> None:
    ended = unsubscribe(floor.desk, act.origin.channel, whole_number(act.value))
    floor.whisper(act, unsubscribed_message(ended, floor.policy.source_titles))
