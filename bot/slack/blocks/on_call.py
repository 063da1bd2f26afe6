"""Who is on call: the answer to `/mentions oncall`, and the dialog in which somebody takes a duty."""

from collections.abc import Sequence

from bot.domain.rota import NOBODY, Duty, OnCall, Rota
from bot.slack import ids
from bot.slack.blocks.elements import (
    button,
    context,
    field,
    line,
    markdown,
    modal,
    option,
    plain_text,
    rich,
    section,
    span,
    spoken,
    when,
    who,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.text import counted, inline

MOST_DUTIES = 5
"""Of one rota in the list."""

_MOST_BLOCKS = 49
"""A message takes 50: one says what is left out."""

NO_ROTAS = (
    "There are no rotas. Whoever runs Earshot adds [[rotas]] to its configuration; escalations can then call them."
)


def on_call_message(rotas: Sequence[OnCall]) -> Message:
    """Who is on call and who is next, for each rota. People are Slack ids where Slack knows them."""
    if not rotas:
        return Message(NO_ROTAS, [section(plain_text(NO_ROTAS))])
    blocks: list[Json] = []
    words: list[Json] = []
    for number, each in enumerate(rotas):
        shown = _rota(each)
        if len(blocks) + len(shown) > _MOST_BLOCKS:
            blocks.append(section(plain_text(f"and {counted(len(rotas) - number, 'more rota')} in the configuration")))
            break
        words += [*_stands(each), span(" ")]
        blocks += shown
    return Message(spoken(words), blocks)


def duty_modal(rotas: Sequence[Rota], chosen: str = "") -> Json:
    """Who takes which rota's duty, from when until when; without a beginning it begins at once."""
    options = [option(rota.name, rota.name) for rota in rotas[:100]]
    first = next((each for each in options if each["value"] == chosen), options[0])
    blocks = [
        field(
            "Rota",
            {"type": "static_select", "action_id": ids.DUTY_ROTA, "options": options, "initial_option": first},
        ),
        field("Who is on call", {"type": "users_select", "action_id": ids.DUTY_PERSON}),
        field("From", _moment(ids.DUTY_FROM), optional=True, hint="Leave it empty to begin now."),
        field("Until", _moment(ids.DUTY_UNTIL)),
    ]
    return modal(ids.DUTY, "Take a duty", blocks, submit="Save")


def duty_message(duty: Duty) -> Message:
    """To whoever set it, and to whom it concerns."""
    return _only([*_taken(duty), span(". Escalations reach them in that time.")])


def duty_ended_message(duty: Duty) -> Message:
    spans = [
        span("The duty of "),
        who(duty.person),
        span(f" for {inline(duty.rota, 40)} is withdrawn. The turns hold again."),
    ]
    return _only(spans)


def _only(spans: list[Json]) -> Message:
    return Message(spoken(spans), [rich(line(*spans))])


def _moment(action_id: str) -> Json:
    return {"type": "datetimepicker", "action_id": action_id}


def _stands(each: OnCall) -> list[Json]:
    name = span(inline(each.rota.name, 40), bold=True)
    now = [span("nobody is on call")] if each.shift.person == NOBODY else [who(each.shift.person), span(" is on call")]
    if each.then is None:
        return [span("☎️ "), name, span(": "), *now, span(".")]
    begins, shift = each.then
    after = [span("nobody")] if shift.person == NOBODY else [who(shift.person)]
    return [span("☎️ "), name, span(": "), *now, span(" until "), when(begins), span(", then "), *after, span(".")]


def _taken(duty: Duty) -> list[Json]:
    return [
        span("Out of turn: "),
        who(duty.person),
        span(f" for {inline(duty.rota, 40)} from "),
        when(duty.starts_at),
        span(" until "),
        when(duty.ends_at),
        span(", set by "),
        who(duty.set_by),
    ]


def _rota(each: OnCall) -> list[Json]:
    """Who is on call, and each duty out of turn with its end: Slack takes no two buttons of one id in a row."""
    name = inline(each.rota.name, 40)
    take = button("Take a duty…", ids.DUTY, each.rota.name, label=f"Take a duty of {name}")
    beyond = len(each.duties) - MOST_DUTIES
    return [
        section(markdown(spoken(_stands(each))), take),
        *(section(markdown(spoken(_taken(duty))), _end(duty)) for duty in each.duties[:MOST_DUTIES]),
        *([context(plain_text(f"and {beyond:,} more out of turn"))] if beyond > 0 else []),
    ]


def _end(duty: Duty) -> Json:
    return button("Withdraw", ids.DUTY_END, str(duty.id), label=f"Withdraw this duty of {inline(duty.rota, 40)}")
