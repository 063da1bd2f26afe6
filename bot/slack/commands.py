"""Slash commands: /mentions and /engagement-report."""

from collections.abc import Callable
from functools import partial

from bot.domain.card import Subscription
from bot.domain.period import Period, parse_period
from bot.domain.report import Report, to_csv
from bot.errors import GiveUp, Refused
from bot.flow.report import engagement
from bot.flow.subscribe import subscribe, subscriptions_of, unsubscribe
from bot.slack import ids
from bot.slack.blocks.report import chart_description, report_message
from bot.slack.blocks.subscriptions import (
    help_message,
    subscribe_modal,
    subscribed_message,
    subscriptions_message,
    unsubscribed_message,
)
from bot.slack.calls import call
from bot.slack.chart import report_png
from bot.slack.floor import Floor, said
from bot.slack.payloads import Act, Command, Form, whole_number


def mentions(floor: Floor, command: Command) -> None:
    """/mentions subscribe | list | unsubscribe | help, for the channel it is typed in."""
    word = command.text.partition(" ")[0].casefold()
    if word == "subscribe":
        if not floor.directory.can_post_in(command.channel):
            raise Refused("Earshot cannot post in this channel: type /invite @Earshot here, then subscribe again.")
        routing = floor.policy.routing
        view = subscribe_modal(command.channel, list(routing.topics.values()), floor.policy.source_titles)
        floor.open(command.trigger, view)
    elif word in ("list", "unsubscribe"):
        found = subscriptions_of(floor.desk, command.channel)
        floor.whisper(command, subscriptions_message(found, floor.policy.source_titles))
    else:
        problem = f"“{word}” is not something /mentions can do." if word not in ("", "help") else ""
        floor.whisper(command, help_message(problem))


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
    made = subscribe(floor.desk, wish, form.key)
    told = subscribed_message(made, floor.policy.source_titles)
    return partial(floor.tell_in, made.channel, form.user, told)


def end_subscription(floor: Floor, act: Act) -> None:
    ended = unsubscribe(floor.desk, act.origin.channel, whole_number(act.value))
    floor.whisper(act, unsubscribed_message(ended, floor.policy.source_titles))


def engagement_report(floor: Floor, command: Command) -> None:
    """/engagement-report [period] [department]: in private, with chart and CSV."""
    report = _report(floor, command)
    _post_report(floor, command.user, report)
    if not command.channel.startswith("D"):
        total = report.total
        sentence = (
            f"{_days(report.period)}: {total.figures.mentions} mentions, {total.figures.decisions} decided, "
            f"{total.open_now} open now. The whole report, with chart and CSV, is in our direct message."
        )
        floor.whisper(command, said(sentence))


def _report(floor: Floor, command: Command) -> Report:
    """Reads the words in any order: one may be a period, one a department."""
    words = command.text.split()
    departments = floor.policy.routing.departments
    named = [word for word in words if word in departments]
    rest = " ".join(word for word in words if word not in departments)
    now = floor.desk.clock()
    try:
        period = parse_period(rest, now, floor.policy.zone)
    except ValueError as error:
        raise Refused(f"{error} Departments are: {', '.join(sorted(departments))}.") from error
    return engagement(floor.desk.db, floor.policy, period, now, department=named[0] if named else "")


def _post_report(floor: Floor, user: str, report: Report) -> None:
    titles = {name: each.title for name, each in floor.policy.routing.departments.items()}
    channel = str(call(floor.client.conversations_open, users=user)["channel"]["id"])
    try:
        message = report_message(report, titles=titles, chart="blocks")
        call(floor.client.chat_postMessage, channel=channel, text=message.text, blocks=message.blocks)
    except GiveUp:  # the chart block is still being rolled out: a picture says the same
        message = report_message(report, titles=titles)
        call(floor.client.chat_postMessage, channel=channel, text=message.text, blocks=message.blocks)
        _upload(floor, channel, "engagement.png", report_png(report, titles), told=chart_description(report))
    _upload(floor, channel, f"engagement-{_days(report.period).replace(' ', '-')}.csv", to_csv(report).encode())


def _upload(floor: Floor, channel: str, name: str, content: bytes, *, told: str = "") -> None:
    """`told` says in words what a picture shows."""
    alt = {"alt_txt": told} if told else {}
    call(floor.client.files_upload_v2, channel=channel, filename=name, title=name, content=content, **alt)


def _days(period: Period) -> str:
    return f"{period.first} to {period.last}" if period.first != period.last else str(period.first)
