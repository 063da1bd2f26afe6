"""The preflight of an answer that is submitted: what stops it is shown where it can be mended or ticked."""

from collections.abc import Mapping

from bot.flow.desk import looking
from bot.slack import ids
from bot.slack.answer_page import looked_at
from bot.slack.blocks.answer import retyped
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.preflight import checks_of, held_back, preflight_blocks, ticked_in
from bot.slack.floor import Floor
from bot.slack.payloads import Form
from bot.slack.refusals import Misfilled, ShownInstead

TO_TICK = "Tick what you looked at and mean, or change the text."


def check_draft(floor: Floor, form: Form, memory: Memory) -> Mapping[str, str]:
    """What the writer saw and sends all the same, for the log. Misfilled, or ShownInstead, where something stops the draft."""
    draft, ticked = form.text(ids.ANSWER_TEXT), ticked_in(form.view)
    found = looked_at(floor, form.user, memory, draft)
    sentence = held_back(found, ticked)
    if not sentence:
        return checks_of(found, ticked)
    blocks = preflight_blocks(found, ticked)
    shown = {block.get("block_id") for block in form.view.get("blocks", ())}
    ticks = [str(block["block_id"]) for block in blocks if block["type"] == "input"]
    if not shown.issuperset(ticks):  # the text was changed and sent before the findings could be drawn
        raise ShownInstead(retyped(form.view, looking.look(floor.desk, memory.mention_id), draft, blocks))
    raise Misfilled({memory.input_id: sentence, **dict.fromkeys(ticks, TO_TICK)})
