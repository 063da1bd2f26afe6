"""The response flow's path for one mention: each question asked, what answered it, and the dialog that answers it otherwise."""

import json
from collections.abc import Mapping

from bot.domain.card import Card
from bot.domain.lifecycle import LIVE
from bot.domain.override import otherwise
from bot.domain.triage import FLIPPED, QUESTIONS, TITLES, Answer, Finding, Node, advice
from bot.slack import ids
from bot.slack.blocks.dialogs import OTHER_REASON
from bot.slack.blocks.elements import (
    button,
    context,
    divider,
    field,
    header,
    markdown,
    modal,
    option,
    plain_text,
    radio,
    section,
    text_input,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.post import BRIEF_SIZE, post_block
from bot.slack.blocks.readings import unreliable
from bot.slack.blocks.text import counted, date, escaped, mention, percent

_OURS = frozenset({Node.CONCURRENCE, Node.FIX_THE_FACTS, Node.RESTORATION, Node.SHARE_SUCCESS, Node.FINAL_EVALUATION})
"""Questions about what we wish to do; the others ask what the post is."""

_REASONS: Mapping[tuple[Node, Answer], tuple[str, ...]] = {
    (Node.DISCOVERY, Answer.YES): ("It is praise", "It is a fair and balanced remark, however rough the tone"),
    (Node.DISCOVERY, Answer.NO): ("It is irony: they mean the opposite", "Polite words, but a complaint or a question"),
    (Node.TROLL, Answer.YES): ("They post little else but attacks on us", "The site exists to bash and degrade"),
    (Node.TROLL, Answer.NO): ("One angry post is no campaign", "We know them as a customer"),
    (Node.RAGER, Answer.YES): ("Pure rage: there is nothing to answer", "A joke or satire"),
    (Node.RAGER, Answer.NO): ("Angry, but about something real", "It is meant seriously"),
    (Node.MISGUIDED, Answer.YES): ("What they say about us is not true", "They mistake us for somebody else"),
    (Node.MISGUIDED, Answer.NO): ("What they say is true", "It is an opinion, not a fact"),
    (Node.UNHAPPY_CUSTOMER, Answer.YES): ("They tell of a bad experience with us",),
    (Node.UNHAPPY_CUSTOMER, Answer.NO): ("Nothing bad happened to them: it is a question or a remark",),
    (Node.CONCURRENCE, Answer.YES): ("They deserve our thanks", "There is a question in it"),
    (Node.CONCURRENCE, Answer.NO): ("There is nothing to add", "They are talking among themselves"),
    (Node.FIX_THE_FACTS, Answer.YES): ("Others will believe it", "We can show where it can be checked"),
    (Node.FIX_THE_FACTS, Answer.NO): ("Others have put it right already", "To argue would only make it bigger"),
    (Node.RESTORATION, Answer.YES): ("It is ours, and we can put it right",),
    (Node.RESTORATION, Answer.NO): ("It is settled already", "It is not ours to put right", "There is no remedy"),
    (Node.SHARE_SUCCESS, Answer.YES): ("It is a story that others should hear",),
    (Node.SHARE_SUCCESS, Answer.NO): ("To make much of it would look like selling",),
    (Node.FINAL_EVALUATION, Answer.YES): ("They asked something that we can answer", "Silence would look bad here"),
    (Node.FINAL_EVALUATION, Answer.NO): ("It is too old for an answer to help", "An answer would only make it bigger"),
}


def flow_modal(card: Card) -> Json:
    """The path from the first question to the outcome. While the mention is open each answer can be given by hand, and back."""
    triage = card.triage
    if triage is None:
        sentence = "The model could not judge this one, so the flow has no recommendation."
        return modal(ids.FLOW, "Response flow", [section(plain_text(sentence))])
    asked = triage.path
    rest = len(QUESTIONS) - len(asked)
    blocks = [
        header(f"{triage.short}{unreliable(card.score_trusted)}"),
        *(_row(card, finding, number) for number, finding in enumerate(asked, start=1)),
        divider(),
        section(markdown(f"→ *{escaped(triage.title, 100)}*\n{escaped(advice(triage)[0], 300)}")),
        context(plain_text(_footnote(card, rest))),
    ]
    return modal(ids.FLOW, "Response flow", blocks, metadata=metadata_of(card, NOWHERE))


def override_modal(card: Card, asked: Finding, *, origin: Origin = NOWHERE) -> Json:
    """Asks why a question is answered the other way. Its metadata has `node` and `answer` besides what all dialogs remember."""
    assert card.triage is not None
    answer = FLIPPED[asked.answer]
    choices = [option(sentence, sentence) for sentence in _REASONS[asked.node, answer]]
    now = f"Now: *{_word(asked.answer)}*, {_because(asked)}"
    then = TITLES[otherwise(card.triage, asked.node)]
    blocks = [
        post_block(card, BRIEF_SIZE),
        section(
            markdown(f"*{asked.question}*\n{now}\nYou say: *{_word(answer)}*. Then the flow recommends: *{then}*.")
        ),
        field("Why?", radio(ids.OVERRIDE_PRESET, [*choices, option("Another reason (write it below)", OTHER_REASON)])),
        field("In your own words", text_input(ids.OVERRIDE_REASON), optional=True),
        context(plain_text("The card shows your answer, your name and your reason. Anybody can take it back.")),
    ]
    remembered = json.loads(metadata_of(card, origin)) | {"node": asked.node.value, "answer": answer.value}
    return modal(ids.OVERRIDE, "Answer by hand", blocks, submit=f"Say {answer}", metadata=json.dumps(remembered))


def _row(card: Card, asked: Finding, number: int) -> Json:
    assert card.triage is not None
    other = FLIPPED[asked.answer]
    leads = f"_{_word(other)} would lead to: {TITLES[otherwise(card.triage, asked.node)]}_"
    mark = "✋ " if asked.by_hand else ""
    words = f"*{number}. {asked.question}*\n{mark}*{_word(asked.answer)}*, {_because(asked)}\n{leads}"
    row = section(markdown(words), _button(card, asked) if card.state in LIVE else None)
    return row | {"block_id": f"flow.{card.mention.id}.{asked.node}"}


def _button(card: Card, asked: Finding) -> Json:
    value = f"{card.mention.id}:{asked.node}"
    question = f"{asked.node.replace('_', ' ')}"
    if asked.by_hand:
        return button("Take back", ids.OVERRIDE_BACK, value, label=f"Take back the answer about {question}")
    verb = "we do" if asked.node in _OURS else "it is"
    text = f"Yes, {verb}…" if asked.answer is Answer.NO else f"No, {verb} not…"
    return button(text, ids.OVERRIDE, value, label=f"{text} ({question})")


def _because(asked: Finding) -> str:
    """What gave the answer: a person, or the model with its probability and what it is held against."""
    if asked.by_hand:
        at = f", {date(asked.at)}" if asked.at else ""
        model = (
            f" (the model: {_word(asked.replaced.answer).lower()}, {escaped(asked.replaced.why, 80)})"
            if asked.replaced
            else ""
        )
        return f"says {mention(asked.by)}{at}: “{escaped(asked.why, 500)}”{model}"
    why = escaped(asked.why, 120)
    if asked.probability is None:
        return why
    close = ", a close call" if asked.is_close else ""
    return f"{why}; yes from {percent(asked.threshold)} on{close}"


def _footnote(card: Card, rest: int) -> str:
    others = f"The other {counted(rest, 'question')} of the flow are not asked on this path. " if rest else ""
    if card.state not in LIVE:
        return f"{others}It is closed: reopen it to answer by hand."
    return (
        f"{others}An answer by hand changes the recommendation of this one mention, shows on its card and stays in its "
        "history; the model does not learn from it."
    )


def _word(answer: Answer) -> str:
    return answer.capitalize()
