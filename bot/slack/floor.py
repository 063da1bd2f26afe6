"""What listeners stand on: the desk, the directory, and ways to answer a person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.domain.policy import Policy
from bot.errors import EarshotError, GiveUp, Refused, Retry, Taken
from bot.flow.desk import Click, Desk
from bot.slack.blocks.dialogs import notice_modal
from bot.slack.blocks.elements import plain_text, section
from bot.slack.blocks.message import Json, Message
from bot.slack.calls import TIMEOUT_SECONDS, call
from bot.slack.directory import Directory
from bot.slack.payloads import Act, Command, Form

BUSY = "Earshot is busy just now and could not do that. Nothing was changed: please try again in a moment."


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Everything a listener may use. `client` may retry reads; posting to channels belongs to the outbox."""

    desk: Desk
    directory: Directory
    client: WebClient

    @property
    def policy(self) -> Policy:
        return self.desk.policy

    def zone_of(self, user: str) -> ZoneInfo:
        return self.directory.zone_of(user)

    def open(self, trigger: str, view: Json) -> None:
        """Show a dialog. A trigger that ran out means that the person waits no more: nothing to tell them."""
        try:
            call(self.client.views_open, trigger_id=trigger, view=view)
        except GiveUp as fault:
            if "trigger" not in fault.reason:
                raise

    def whisper(self, asked: Act | Command, message: Message) -> None:
        """A message that only this person sees, where they clicked or typed, member of the channel or not."""
        if not asked.respond_to:
            self.tell(asked.user, message)
            return
        slack = WebhookClient(asked.respond_to, timeout=TIMEOUT_SECONDS)
        answer = slack.send(text=message.text, blocks=message.blocks, response_type="ephemeral", replace_original=False)
        if answer.status_code != 200:  # the address ran out, or five answers were given
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

    def refuse(self, act: Act, fault: EarshotError) -> None:
        """Say to whoever clicked why nothing happened, where they are looking."""
        sentence = self.sentence(fault, act.user)
        if act.origin.channel:
            self.whisper(act, said(sentence))
        else:
            self.open(act.trigger, notice_modal("Not done", sentence))

    def sentence(self, fault: EarshotError, user: str) -> str:
        """A failure in words for `user`: names as people know them, times in their zone."""
        if isinstance(fault, Taken):
            name = "You" if fault.owner == user else self.directory.names_of([fault.owner]).get(fault.owner, "Somebody")
            verb = "have" if fault.owner == user else "has"
            since = fault.since.astimezone(self.zone_of(user))
            return f"{fault} {name} {verb} it since {since:%H:%M} ({since:%d %b})."
        if isinstance(fault, Retry):
            return BUSY
        if isinstance(fault, GiveUp):
            return f"That did not work: {fault.reason}."
        return str(fault) if isinstance(fault, Refused) else BUSY


def said(sentence: str) -> Message:
    return Message(sentence, [section(plain_text(sentence))])


def click_of(act: Act | Form, mention_id: int) -> Click:
    return Click(mention_id=mention_id, user=act.user, key=act.key)


Ack = Callable[..., Any]
ActListener = Callable[[Floor, Act], None]
FormListener = Callable[[Floor, Form], None]
CommandListener = Callable[[Floor, Command], None]
