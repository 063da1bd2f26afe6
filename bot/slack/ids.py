"""Every id that Slack gives back to us: what blocks write and listeners read, in one place.

A button's `value` is the mention's id as text, if not said otherwise.
"""

from bot.domain.lifecycle import Action


def action_id(action: Action) -> str:
    """The id of the button or dialog that asks for `action`."""
    return f"mention.{action.value}"


CLAIM = action_id(Action.CLAIM)
ANSWER = action_id(Action.ANSWER)
ANSWER_ELSEWHERE = action_id(Action.ANSWER_ELSEWHERE)
ESCALATE = action_id(Action.ESCALATE)
ACKNOWLEDGE = action_id(Action.ACKNOWLEDGE)
REROUTE = action_id(Action.REROUTE)
LET_STAND = action_id(Action.LET_STAND)
MONITOR = action_id(Action.MONITOR)
DISMISS = action_id(Action.DISMISS)
SNOOZE = action_id(Action.SNOOZE)
WAKE = action_id(Action.WAKE)
RELEASE = action_id(Action.RELEASE)
REOPEN = action_id(Action.REOPEN)
ACCEPT = action_id(Action.ACCEPT)

HAND_OVER, DECLINE = "mention.hand_over", "mention.decline"
"""The dialogs that ask to whom a mention is handed over, and why an offer is not taken; the second also its button."""

UNDO = "mention.undo"

KUDOS_STOP, KUDOS_START = "kudos.stop", "kudos.start"
"""Whether somebody wants to be told of customers' thanks."""

AUTHOR = "author.posts"
AUTHOR_NEWER, AUTHOR_OLDER = "author.newer", "author.older"
"""The other posts of a mention's author, also that dialog's callback id; the value is `<mention id>:<page>`."""

APPROVE, REVIEW, RETURN = "approval.approve", "approval.review", "approval.return"
"""What an approver does with a waiting answer; the value is `<mention id>:<answer id>`. The last two open dialogs of the
same name.
"""

RETURN_REASON = "approval.reason"

RETRY_REPLY = "mention.retry_reply"
"""Send a failed answer again."""

REPEATS = "repeats"
REPEATS_OLDER, REPEATS_NEWER = "repeats.older", "repeats.newer"
"""What says the same as a mention: the button on its card, the dialog, and its pages, whose value is `<mention id>:<page>`."""

REPEAT_OUT = "repeats.out"
"""Not the same: the value is `<the repeat's id>:<page>`."""

HISTORY = "mention.history"

HISTORY_OLDER = "mention.history_older"
HISTORY_NEWER = "mention.history_newer"
"""Other pages of the log in the open dialog; the value is `<mention id>:<page>`, page 0 being the newest."""

WHY = "mention.why"
"""Why here?, in full; also that dialog's callback id."""

SCORE = "mention.score"
"""The score is wrong: the button that asks, and the dialog."""

GUESSES = ("mention.guess_1", "mention.guess_2")
"""The model's two guesses on a card in triage; the value is `<mention id>:<department>:<topic>`."""

FLOW = "mention.flow"
"""The response flow's path; also that dialog's callback id."""

OVERRIDE, OVERRIDE_BACK = "mention.override", "mention.override_back"
"""Answer a question of the path otherwise (also the dialog that asks why), and take that back: `<mention id>:<node>`."""

MENU = "mention.menu"
"""The card's select; the value of a choice is `<what>:<mention id>`: an action's value or one of these."""

MENU_UNDO = "undo"
MENU_HAND_OVER = "hand_over"
MENU_TAKE_BACK = "take_back"
MENU_SCORE = "score"
MENU_WHY = "why"
MENU_FLOW = "flow"
MENU_HISTORY = "history"
MENU_RATE = "rate"
MENU_ISSUE = "issue"
MENU_SHARE = "share"

HOME = "home"
"""The callback id of App Home."""

HOME_DEPARTMENT, HOME_TOPIC = "home.department", "home.topic"
HOME_SOURCE, HOME_URGENT = "home.source", "home.urgent"
HOME_EVERYTHING = "home.everything"
HOME_CHOICES = (HOME_DEPARTMENT, HOME_TOPIC, HOME_SOURCE, HOME_URGENT, HOME_EVERYTHING)
"""What a person wants to see at Home; the value is a name, or what stands for everything."""

HOME_BACK, HOME_MORE = "home.back", "home.more"
"""Another page of a list at Home; the value is `<list>:<page>`, page 0 being the first."""

HOME_AGAIN = "home.again"
HOME_FIND = "home.find"

ADD = "mention.add"
"""The dialog that makes a mention by hand."""

FIND = "find"
"""The dialog in which people search; its `private_metadata` is JSON with `text` and `page`."""

FIND_OLDER, FIND_NEWER = "find.older", "find.newer"
"""Another page of what was found; the value is the page, 0 being the newest."""

FIND_CLAIM, FIND_REOPEN = "find.claim", "find.reopen"
"""Done at once beside what was found, which is then looked for again; the value is the mention's id."""

BRING_BACK = "find.bring_back"
"""Take what a rule kept out into a channel: the button and the dialog. The value is the mention's id."""

AUTHOR_HISTORY = "author.history"
"""Somebody's history across sources: the dialog, and the button beside what was found, whose value is the mention's id."""

LINK, LINK_TO, UNLINK = "author.link", "author.link_to", "author.unlink"
"""Which accounts are one person's: the button and the dialog, whose value is a mention of theirs, and its own two buttons:
`<a mention of the one>:<a mention of the other>`.
"""

LINK_SOURCE, LINK_HANDLE = "link.source", "link.handle"

AUTHOR_ALL = "author.all"
"""Everything by one author at one source; the value is what to search for."""


SIGNAL_REAL = "signal.real"
SIGNAL_NO_PATTERN = "signal.no_pattern"
"""The buttons of a weak signal's card, the second also the dialog behind it; the value is `<signal id>:<lead mention's id>`."""

REPLIES = "replies"
"""The list of saved replies; a reply's buttons have the value `<reply id>:<version>`, those to other pages `<kind>:<page>`."""

REPLY_NEW = "reply.new"
REPLY_EDIT = "reply.edit"
REPLY_RETIRE = "reply.retire"
REPLY_BACK = "reply.bring_back"
REPLY_OF_ANSWER = "reply.of_answer"
REPLIES_OLDER = "replies.older"
REPLIES_NEWER = "replies.newer"
REPLIES_OTHER = "replies.other"

ISSUE = "issue"
"""The dialog that links a mention to an issue."""

ISSUE_ASK = "issue.ask"
"""The button that opens it, where there is no menu."""

ISSUE_UNLINK = "issue.unlink"
"""The value is `<mention id>:<key>`."""

ISSUE_OUT = "issue.out"
"""It is released: the button beside an issue, whose value is the key, and the dialog that asks in which release."""

ISSUES = "issues"
ISSUES_BACK, ISSUES_MORE = "issues.back", "issues.more"
"""The list of issues and its pages; the value is the page, 0 being the first."""

RATE_USEFUL = "rating.useful"
RATE_NOT_USEFUL = "rating.not_useful"
"""Under a copy; the value of a reason is `<its name>:<mention id>`."""

RATING = "rating.why"
RATING_CHOICE = "rating.choice"
RATING_WORDS = "rating.words"

NARROW = "subscription.narrow"
BULK = "bulk"
"""One decision on many mentions: the button that opens the dialog, and the dialog."""

BULK_WHOSE, BULK_DEPARTMENT, BULK_TOPIC = "bulk.whose", "bulk.department", "bulk.topic"
BULK_OUTCOME, BULK_AGE = "bulk.outcome", "bulk.age"
BULK_FILTERS = (BULK_WHOSE, BULK_DEPARTMENT, BULK_TOPIC, BULK_OUTCOME, BULK_AGE)
"""Which mentions it lists; `BULK_ALL` stands for no choice."""

BULK_ALL = "all"
BULK_OLDER, BULK_NEWER, BULK_TICK = "bulk.older", "bulk.newer", "bulk.tick"
BULK_PICKED = "bulk.picked."
"""How the ids of its lists of mentions begin; a choice's value is the mention's id."""

BULK_UNDO = "bulk.undo"
"""Take one decision on many back; the value is the mentions' ids with commas between them."""

BULK_DECISION = "bulk.decision"
"""What to do; also an action: the questions below it follow."""

DUTY = "duty.new"
"""Somebody takes a rota's duty: the button, whose value is the rota, and the dialog."""

DUTY_END = "duty.end"
"""The value is the duty's number."""

UNSUBSCRIBE = "subscription.end"
"""The value is the subscription's id."""

# What a person fills in. Each input's action id is the same as its block id, so a form is read as
# state["values"][id][id].

ANSWER_TEXT = "answer.text"
"""Also an action: it reports every change, so that the preview follows."""

ANSWER_INSERT = "answer.insert"
"""A text to begin with; the value is `reply:<saved reply id>` or `draft:<answer id>`."""

ANSWER_LOOKED = "answer.looked"
HAND_OVER_TO = "hand_over.to"
HAND_OVER_NOTE = "hand_over.note"
DECLINE_REASON = "decline.reason"
ELSEWHERE_LINK = "elsewhere.link"
ELSEWHERE_TEXT = "elsewhere.text"
ESCALATE_REASON = "escalate.reason"
ESCALATE_NOW = "escalate.now"
DUTY_ROTA = "duty.rota"
DUTY_PERSON = "duty.person"
DUTY_FROM = "duty.from"
DUTY_UNTIL = "duty.until"
REROUTE_DEPARTMENT = "reroute.department"
REROUTE_TOPIC = "reroute.topic"
REROUTE_REASON = "reroute.reason"
SCORE_CHOICE = "score.choice"
BULK_REASON = "bulk.reason"
BULK_PRESET = "bulk.preset."
"""Followed by the decision, so that a reason of one is not taken over into another."""

BULK_UNTIL = "bulk.until"
DECISION_PRESET = "decision.preset"
DECISION_REASON = "decision.reason"
OVERRIDE_PRESET = "override.preset"
OVERRIDE_REASON = "override.reason"
SNOOZE_PRESET = "snooze.preset"
SNOOZE_UNTIL = "snooze.until"
ISSUE_KEY = "issue.key"
ISSUE_TITLE = "issue.title"
ISSUE_RELEASE = "issue.release"
FIND_TEXT = "find.text"
ADD_TEXT = "add.text"
ADD_AUTHOR = "add.author"
ADD_LINK = "add.link"
BRING_BACK_DEPARTMENT = "bring_back.department"
BRING_BACK_REASON = "bring_back.reason"
SIGNAL_REASON = "signal.reason"
REPLY_TITLE = "reply.title"
REPLY_DEPARTMENT = "reply.department"
REPLY_TEXT = "reply.text"
"""Also an action: it reports every change, so that the preview follows."""

SUBSCRIBE_TOPICS = "subscribe.topics"
SUBSCRIBE_SOURCES = "subscribe.sources"
SUBSCRIBE_DETRACTOR = "subscribe.min_detractor"
SUBSCRIBE_PROMOTER = "subscribe.min_promoter"

# Callback ids of dialogs. A dialog that carries out an action on one mention is called by that action's id.

SUBSCRIBE = "subscription.new"
REPLY = "reply.save"
NOTICE = "notice"

PREFLIGHT_TICKS = "preflight.tick."
"""How the ids of the boxes begin that somebody ticks to send a draft all the same; a value is a finding's tick."""

HASHTAG = "preflight.hashtag"
HASHTAG_OLDER = "preflight.hashtag_older"
HASHTAG_NEWER = "preflight.hashtag_newer"
"""Posts with a hashtag; the value is `<page>:<tag>`. The first is also that dialog's callback id."""
