"""A mention's whole text and its log, in words, newest first, in a dialog with pages."""

from collections.abc import Mapping

from bot.domain.card import History
from bot.domain.event import EARSHOT, Event
from bot.domain.lifecycle import Action
from bot.slack import ids
from bot.slack.blocks.comeback import follow_ups_in_full
from bot.slack.blocks.details import Names, actor, told
from bot.slack.blocks.elements import (
    actions,
    button,
    context,
    divider,
    header,
    line,
    modal,
    plain_text,
    quote,
    rich,
    source_link,
    span,
    when,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.post import author_of, source_of
from bot.slack.blocks.text import counted, inline, pieces, plain

PAGE = 30
"""Events on one page. Slack takes 100 blocks and 250 kB a view: half of that may be the post, in characters of four bytes."""

_PIECE = 2_900
_FOLLOW_UP = 1_500

_WORDS = {
    "ingested": "found it",
    "edited": "saw that the author changed it",
    "followed": "saw that they wrote again",
    "withdrawn": "saw that the author took the post down",
    "account_linked": "said that these accounts are one person's",
    "account_unlinked": "said that these accounts are not one person's",
    "repeated": "counted another post that says the same",
    "repeat_taken_out": "took out a post that is not the same",
    "restored": "saw that the post is there after all",
    "answer_written": "wrote an answer",
    "answer_approved": "approved the answer",
    "answer_returned": "returned the answer to its writer",
    "posted": "posted it in Slack",
    "post_failed": "could not post it in Slack",
    "reply_sent": "sent the answer to the customer",
    "reply_failed": "could not send the answer",
    "retry_reply": "asked to send the answer again",
    "warned": "warned that a promise is nearly due",
    "missed": "announced that a promise was missed",
    "shared": "shared it as a success",
    "issue_linked": "linked an issue that it asks for",
    "issue_unlinked": "took the link to an issue back",
    "released": "said that what it asks for is out",
    "author_told": "saw that the author was told of the release",
    "accuracy_fell": "told that the model is right less often, with this as an example",
    "accuracy_recovered": "saw that the model is right as often again",
    "signal_raised": "saw that it adds up with others: a weak signal",
    "signal_joined": "counted it to a weak signal",
    "signal_real": "said that the weak signal is real",
    "signal_no_pattern": "said that the weak signal is no pattern",
    "kudos": "passed the praise on to the colleague whom it names",
    "unjudged": "could not judge it: the model failed",
    "rejudged": "judged it again",
    "topic_corrected": "corrected the topic",
    "score_corrected": "corrected the score",
    "rated": "said of what use it is in a channel",
    "overridden": "answered a question of the response flow otherwise",
    "override_withdrawn": "took back an answer to the response flow",
    Action.JUDGE: "judged it",
    Action.ROUTE: "chose the team",
    Action.FILTER: "kept it out of every channel",
    Action.FOLD: "put it on the card of a first post",
    Action.UNFOLD: "gave it a card of its own",
    Action.CLAIM: "claimed it",
    "offered": "offered it to a colleague",
    "offer_declined": "declined the offer",
    "offer_withdrawn": "took the offer back",
    "offer_ended": "ended the offer, its time was over",
    "turns_over": "asked everybody whose turn it was; it is for whoever claims it",
    "undone": "undid the last step",
    Action.ACCEPT: "took it over",
    Action.RELEASE: "released it",
    Action.EXPIRE: "ended the claim, its time was over",
    Action.ANSWER: "answered",
    Action.ANSWER_ELSEWHERE: "marked it as answered elsewhere",
    Action.ESCALATE: "escalated it",
    Action.ACKNOWLEDGE: "is on it",
    "escalation_waits": "asked to escalate it when quiet hours are over",
    "chain_ended": "called everybody in the chain, and nobody was on it",
    Action.REROUTE: "moved it to another team",
    Action.LET_STAND: "let it stand",
    Action.MONITOR: "decided to monitor it only",
    Action.DISMISS: "closed it as not about us",
    Action.SNOOZE: "snoozed it",
    Action.WAKE: "woke it",
    Action.REOPEN: "reopened it",
}

NOBODY: Mapping[str, str] = {}


def history_modal(
    history: History, names: Mapping[str, str], *, page: int = 0, departments: Mapping[str, str] = NOBODY
) -> Json:
    """The log, page 0 the newest. `names` are people's by id; `departments` are titles by name.

    Page 0 begins with the whole text of the post, so that nothing a card cut is out of reach.
    """
    newest_first, called = history.events[::-1], Names(people=names, departments=departments)
    shown = newest_first[page * PAGE : (page + 1) * PAGE]
    blocks = [
        *(_post(history) if page == 0 else []),
        header("What happened, newest first"),
        *(_event_block(event, called) for event in shown),
        *([] if shown else [context(plain_text("Nothing is recorded here."))]),
        *_paging(history.card.mention.id, page, len(newest_first)),
    ]
    return modal(ids.HISTORY, "History", blocks)


def sentence(event: Event, names: Names) -> list[Json]:
    """`@ana escalated it`; an event that has no words yet is called by its own name."""
    by_hand = event.what == "ingested" and event.actor != EARSHOT
    words = "added it by hand" if by_hand else _WORDS.get(event.what, inline(event.what, 60))
    return [actor(event.actor, names), span(f" {words}")]


def _post(history: History) -> list[Json]:
    mention = history.card.mention
    title = f"{author_of(mention)} on {source_of(history.card)}"
    whole = "\n".join(part for part in (mention.title.strip(), mention.text.strip()) if part) or "(no text)"
    blocks = [header(title), *(rich(quote(span(part))) for part in pieces(whole, _PIECE))]
    if mention.parent.strip():
        blocks.append(rich(line(span("In reply to:", italic=True)), quote(span(plain(mention.parent, _PIECE)))))
    if history.card.follow_ups.newest:
        blocks += [rich(line(span("They wrote again:", italic=True))), *follow_ups_in_full(history.card, _FOLLOW_UP)]
    place = source_link(mention.url)
    answer = history.card.answer
    if answer is not None and answer.text.strip():
        blocks.append(rich(line(span("Our answer:", italic=True))))
        blocks.extend(rich(quote(span(part))) for part in pieces(answer.text, _PIECE))
        blocks.append(actions([button("Save as a reply…", ids.REPLY_OF_ANSWER, str(mention.id))]))
    why = actions(
        [button("Why here?", ids.WHY, str(mention.id)), button("Link an issue…", ids.ISSUE_ASK, str(mention.id))],
        f"history.why.{mention.id}",
    )
    return [*blocks, *([rich(line(*place))] if place else []), why, divider()]


def _event_block(event: Event, names: Names) -> Json:
    return rich(line(when(event.at), span(" · "), *sentence(event, names)), *told(event, names))


def _paging(mention_id: int, page: int, total: int) -> list[Json]:
    older, newer = max(total - (page + 1) * PAGE, 0), min(page * PAGE, total)
    buttons = []
    if newer:
        buttons.append(button(f"Newer ({newer:,})", ids.HISTORY_NEWER, f"{mention_id}:{page - 1}"))
    if older:
        buttons.append(button(f"Older ({older:,})", ids.HISTORY_OLDER, f"{mention_id}:{page + 1}"))
    if not buttons:
        return []
    more = [context(plain_text(f"and {counted(older, 'older event')} on the next pages"))] if older else []
    return [*more, actions(buttons, f"history.{mention_id}.{page}")]
