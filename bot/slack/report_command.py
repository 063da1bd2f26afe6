"""/engagement-report: what customers said and what we did about it, in private, with chart and CSV."""

from bot.domain.kudos import Thanked, thanked
from bot.domain.period import Period, parse_period
from bot.domain.report import Report, to_csv
from bot.errors import GiveUp, Refused
from bot.flow.kudos import silent_people
from bot.flow.report import engagement
from bot.slack.blocks.notices import sentence_message
from bot.slack.blocks.report import chart_description, report_message
from bot.slack.calls import call
from bot.slack.chart import report_png
from bot.slack.floor import Floor
from bot.slack.payloads import Command


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
        floor.whisper(command, sentence_message(sentence))


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
        message = report_message(report, titles=titles, chart="blocks", staff=_praised(floor, report))
        call(floor.client.chat_postMessage, channel=channel, text=message.text, blocks=message.blocks)
    except GiveUp:  # the chart block is still being rolled out: a picture says the same
        message = report_message(report, titles=titles, staff=_praised(floor, report))
        call(floor.client.chat_postMessage, channel=channel, text=message.text, blocks=message.blocks)
        _upload(floor, channel, "engagement.png", report_png(report, titles), told=chart_description(report))
    _upload(floor, channel, f"engagement-{_days(report.period).replace(' ', '-')}.csv", to_csv(report).encode())


def _praised(floor: Floor, report: Report) -> tuple[Thanked, ...]:
    """Those who may be named: where the company wants that, and without whoever asked to be told of no thanks."""
    if not floor.policy.staff_report:
        return ()
    silent = silent_people(floor.desk.db)
    found = thanked(report.total.figures.thanks)
    return tuple(each for each in found if silent.isdisjoint(floor.directory.ids_of([each.person])))


def _upload(floor: Floor, channel: str, name: str, content: bytes, *, told: str = "") -> None:
    """`told` says in words what a picture shows."""
    alt = {"alt_txt": told} if told else {}
    call(floor.client.files_upload_v2, channel=channel, filename=name, title=name, content=content, **alt)


def _days(period: Period) -> str:
    return f"{period.first} to {period.last}" if period.first != period.last else str(period.first)
