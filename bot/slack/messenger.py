"""The way to Slack's channels: the Messenger of flow/deliver, with blocks for content."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from bot.domain.card import Answer, Card
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.roles import EVERYONE
from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.deliver import Bulletin, Content, Shown
from bot.slack.blocks.approvals import request_message, verdict_message
from bot.slack.blocks.bulletins import bulletin_message
from bot.slack.blocks.card import card_message, copy_message, pointer_message
from bot.slack.blocks.comeback import came_back_notice
from bot.slack.blocks.escalation import GONE_WRONG, call_message, escalation_notice
from bot.slack.blocks.issues import released_notice
from bot.slack.blocks.kudos import kudos_message
from bot.slack.blocks.message import Message
from bot.slack.blocks.notices import lease_notice, notice_message
from bot.slack.blocks.offers import offer_notice
from bot.slack.blocks.signals import signal_message
from bot.slack.calls import call
from bot.slack.directory import Directory

OFFERS = frozenset({NoticeKind.OFFERED, NoticeKind.OFFER_ACCEPTED, NoticeKind.OFFER_DECLINED, NoticeKind.OFFER_ENDED})
EVENT_TYPE = "earshot_delivery"
HISTORY_PAGE = 200
HISTORY_PAGES = 20


class SlackMessenger:
    """Posts, updates and finds messages by Slack's Web API. `client` must not retry by itself."""

    def __init__(self, client: WebClient, directory: Directory, clock: Clock) -> None:
        self._client = client
        self._directory = directory
        self._clock = clock

    def channel_id(self, reference: str) -> str:
        found = self._directory.id_of(reference)
        self._directory.join(found)
        return found

    def post(self, channel_id: str, content: Shown, *, delivery_id: str) -> str:
        message = self._message(content)
        about = str(content.card.mention.id) if isinstance(content, Content) else ""
        payload = {"delivery_id": delivery_id, "mention_id": about}
        answer = call(
            self._client.chat_postMessage,
            channel=channel_id,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": payload},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    def update(self, channel_id: str, ts: str, content: Shown) -> None:
        message = self._message(content)
        channel = self._direct(channel_id) if channel_id[:1] in "UW" else channel_id
        # Slack keeps the metadata of a message that is updated without any.
        call(self._client.chat_update, channel=channel, ts=ts, text=message.text, blocks=message.blocks)

    def find(self, channel_id: str, delivery_id: str, *, since: datetime) -> str:
        """Read the channel's history since `since` for our delivery id. Never guesses: an unreadable history raises."""
        channel = self._direct(channel_id) if channel_id[:1] in "UW" else channel_id
        cursor = ""
        for _ in range(HISTORY_PAGES):
            arguments: dict[str, Any] = {
                "channel": channel,
                "oldest": f"{since.timestamp():.6f}",
                "include_all_metadata": True,
                "limit": HISTORY_PAGE,
            }
            answer = call(self._client.conversations_history, **arguments, **({"cursor": cursor} if cursor else {}))
            for message in answer.get("messages") or []:
                metadata = message.get("metadata") or {}
                if metadata.get("event_payload", {}).get("delivery_id") == delivery_id:
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return ""
        raise Retry("the channel's history is too long to search now", after=timedelta(minutes=5), ambiguous=True)

    def permalink(self, channel_id: str, ts: str) -> str:
        return self._directory.permalink(channel_id, ts)

    def _direct(self, user: str) -> str:
        return str(call(self._client.conversations_open, users=user)["channel"]["id"])

    def _message(self, content: Shown) -> Message:
        if isinstance(content, Bulletin):
            return bulletin_message(content.body)
        card = self._resolved(content.card)
        if content.signal is not None:
            return signal_message(card, content.signal, content.links)
        if content.kind is PostingKind.COPY:
            return copy_message(card, content.permalink)
        if content.kind is PostingKind.CALL:
            return call_message(card, content.permalink, content.body, self._called(content))
        if content.kind is PostingKind.NOTICE:
            return self._notice(card, content)
        if content.kind is PostingKind.APPROVAL:
            return request_message(card, int(content.body["answer"]), content.permalink)
        if content.moved:
            return pointer_message(card, content.permalink, by=content.moved_by, at=content.moved_at)
        return card_message(card, now=self._clock())

    def _notice(self, card: Card, content: Content) -> Message:
        if content.notice is None:
            raise GiveUp("a notice without a kind")
        if content.notice in GONE_WRONG:
            return escalation_notice(card, content.permalink, content.notice, content.body, self._called(content))
        if content.notice in OFFERS:
            return offer_notice(card, content.permalink, kind=content.notice, body=content.body)
        if content.notice is NoticeKind.CAME_BACK:
            return came_back_notice(card, content.permalink)
        if content.notice is NoticeKind.RELEASED:
            return released_notice(card, content.permalink, body=content.body)
        if content.notice is NoticeKind.KUDOS:
            return kudos_message(card, content.permalink, name=content.body.get("name", ""))
        if content.notice is NoticeKind.LEASE_ENDED:
            return lease_notice(card, content.permalink)
        if content.notice in (NoticeKind.APPROVED, NoticeKind.RETURNED):
            by, reason = content.body.get("by", ""), content.body.get("reason", "")
            returned = content.notice is NoticeKind.RETURNED
            return verdict_message(card, content.permalink, by=by, reason=reason, returned=returned)
        called = self._called(content)
        why = content.body.get("reason", "")
        count = int(content.body.get("count", "1"))
        by, beside = content.body.get("by", ""), content.body.get("together_with", "")
        return notice_message(
            card, content.permalink, kind=content.notice, people=called, why=why, by=by, beside=beside, count=count
        )

    def _called(self, content: Content) -> list[str]:
        """Ids of the people and groups whom a message calls."""
        people = self._directory.ids_of(content.body.get("people", "").split())
        return [each for each in people if not each.startswith(("C", "G"))]

    def _resolved(self, card: Card) -> Card:
        """The card with ids in the place of names, so that Slack shows channels and people as such."""
        channels = self._directory.ids_of([card.place.channel])
        place = replace(card.place, channel=channels[0]) if channels else card.place
        card = replace(card, place=place, answer=self._with_approvers(card.answer))
        if card.escalation is None:
            return card
        notified = tuple(self._directory.ids_of(card.escalation.notified))
        return replace(card, escalation=replace(card.escalation, notified=notified))

    def _with_approvers(self, answer: Answer | None) -> Answer | None:
        if answer is None or answer.approval is None:
            return answer
        named = [each for each in answer.approval.approvers if each != EVERYONE]
        approvers = tuple(self._directory.ids_of(named))
        return replace(answer, approval=replace(answer.approval, approvers=approvers))
