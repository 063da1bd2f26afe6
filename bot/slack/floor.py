"""What listeners stand on: the desk, the directory, and ways to answer a person."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.domain.policy import Policy
from bot.domain.roles import Permission
from bot.errors import EarshotError, GiveUp, Refused, Retry, Taken
from bot.flow.add import PageReader
from bot.flow.desk.act import Click, Desk
from bot.slack import ids
from bot.slack.blocks.dialogs import notice_modal
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.notices import sentence_message
from bot.slack.calls import TIMEOUT_SECONDS, call
from bot.slack.directory import Directory
from bot.slack.homes import Homes
from bot.slack.payloads import Act, Command, Form
from bot.slack.permissions import permit

log = logging.getLogger(__name__)

BUSY = "Earshot is busy just now and could not do that. Nothing was changed: please try again in a moment."

TOO_LATE = "That took longer than Slack waits, so it did not open the dialog. Please try once more."

TYPED = frozenset({ids.ANSWER_TEXT, ids.REPLY_TEXT})
"""Inputs that report every letter."""


class Late(Refused):
    """The trigger ran out, three seconds after the click: the person waits for a dialog that cannot come any more."""

    def __init__(self) -> None:
        super().__init__(TOO_LATE)


def _opened(method: Callable[..., SlackResponse], **arguments: Any) -> Json:
    """The dialog that a call with a trigger opened; empty where the same click came before, and has its dialog.

    Raises Late where the trigger ran out.
    """
    try:
        opened: Json = call(method, **arguments).get("view") or {}
    except GiveUp as fault:
        if "expired_trigger_id" in fault.reason:
            raise Late from fault
        if "trigger" not in fault.reason:
            raise
        return {}
    return opened


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Everything a listener may use. `client` may retry reads; posting to channels belongs to the outbox."""

    desk: Desk
    directory: Directory
    client: WebClient
    read_page: PageReader
    homes: Homes = field(default_factory=Homes)

    @property
    def policy(self) -> Policy:
        return self.desk.policy

    def zone_of(self, user: str) -> ZoneInfo:
        return self.directory.zone_of(user)

    def permit(self, user: str, permission: Permission | None) -> None:
        """Refused, with who can, where `user` may not; for what `permissions` cannot tell by an id alone."""
        permit(self.policy.roles, self.directory, user, permission)

    def open(self, trigger: str, view: Json) -> Json:
        """Show a dialog; as it is open now, or nothing where the same click opened it before. Raises Late."""
        return _opened(self.client.views_open, trigger_id=trigger, view=view)

    def show(self, act: Act, view: Json) -> None:
        """A dialog of its own, or over the one in which the button stands. Where three lie over each other it takes the
        place of the uppermost: Slack lays no more. Raises Late.
        """
        if act.view.get("type") != "modal":
            self.open(act.trigger, view)
            return
        try:
            _opened(self.client.views_push, trigger_id=act.trigger, view=view)
        except GiveUp as fault:
            if "push_limit_reached" not in fault.reason:
                raise
            self.change(act.view, view)

    def change(self, dialog: Mapping[str, Any], view: Json, *, unless_changed: bool = False) -> None:
        """Draw an open dialog anew; one that is closed by now, or that Slack cannot draw just now, stays as it is.

        With `unless_changed` one that was drawn anew since the click stays too.
        """
        guard = {"hash": dialog["hash"]} if unless_changed else {}
        try:
            call(self.client.views_update, view_id=dialog["id"], view=view, **guard)
        except (GiveUp, Retry) as fault:  # to say so would put another dialog over what the person is writing
            log.info("dialog_not_drawn", extra={"view": dialog["id"], "reason": fault.reason})

    def whisper(self, asked: Act | Command, message: Message) -> None:
        """A message that only this person sees, where they clicked or typed, member of the channel or not."""
        if not asked.respond_to:
            self.tell(asked.user, message)
            return
        slack = WebhookClient(asked.respond_to, timeout=TIMEOUT_SECONDS)
        try:
            answer = slack.send(
                text=message.text, blocks=message.blocks, response_type="ephemeral", replace_original=False
            )
            heard = answer.status_code == 200
        except OSError:
            heard = False
        if not heard:  # the address ran out, five answers were given, or the connection broke
            self.tell(asked.user, message)

    def tell_in(self, channel: str, user: str, message: Message) -> None:
        """After a dialog there is no response address: an ephemeral message, or a direct one where that cannot be."""
        try:
            call(self.client.chat_postEphemeral, channel=channel, user=user, text=message.text, blocks=message.blocks)
        except GiveUp:
            self.tell(user, message)

    def tell(self, user: str, message: Message) -> None:
        """A direct message."""
        call(self.client.chat_postMessage, channel=user, text=message.text, blocks=message.blocks)

    def rewrite(self, origin: Origin, message: Message) -> None:
        """Put `message` in the place of a direct one that was answered; where that cannot be, the old one stays."""
        if not origin.channel.startswith("D"):
            return
        try:
            call(
                self.client.chat_update, channel=origin.channel, ts=origin.ts, text=message.text, blocks=message.blocks
            )
        except (GiveUp, Retry) as fault:  # what was asked for is done
            log.info("message_not_rewritten", extra={"reason": fault.reason})

    def refuse(self, act: Act, fault: EarshotError) -> None:
        """Say to whoever clicked why nothing happened, where they are looking; a dialog that is open stays as it is.

        Whoever types is left in peace: nothing that they wrote is lost, and the next letter asks again.
        """
        if act.action_id in TYPED:
            return
        sentence = self.sentence(fault, act.user)
        if act.origin.channel:
            self.whisper(act, sentence_message(sentence))
        else:
            self.show_or_tell(act.user, sentence, lambda notice: self.show(act, notice))

    def show_or_tell(self, user: str, sentence: str, show: Callable[[Json], object]) -> None:
        """A sentence in a dialog that `show` shows; in a direct message where it is too late for a dialog."""
        try:
            show(notice_modal("Not done", sentence))
        except Late:
            self.tell(user, sentence_message(sentence))

    def sentence(self, fault: EarshotError, user: str) -> str:
        """A failure in words for `user`: names as people know them, times in their zone."""
        if isinstance(fault, Taken):
            return " ".join(filter(None, (f"{fault} {self._who_and_when(fault, user)}.", fault.advice)))
        if isinstance(fault, Retry):
            return BUSY
        if isinstance(fault, GiveUp):
            return f"That did not work: {fault.reason}."
        return str(fault) if isinstance(fault, Refused) else BUSY

    def _who_and_when(self, fault: Taken, user: str) -> str:
        own = fault.owner == user
        name = "You" if own else self.directory.names_of([fault.owner]).get(fault.owner, "Somebody")
        since = fault.since.astimezone(self.zone_of(user))
        holds = "have it since" if own else "has it since"
        return f"{name} {f'{fault.did} at' if fault.did else holds} {since:%H:%M} ({since:%d %b})"


def click_of(act: Act | Form, mention_id: int) -> Click:
    return Click(mention_id=mention_id, user=act.user, key=act.key)


Ack = Callable[..., Any]
ActListener = Callable[[Floor, Act], None]
FormListener = Callable[[Floor, Form], Callable[[], None] | None]
"""Gives what is left to do once the dialog is closed: nothing that fails there may say that the form was not taken."""
CommandListener = Callable[[Floor, Command], None]
