"""/mentions sources: how each source is doing, for whoever asks."""

from bot.flow.source_list import list_sources
from bot.slack.blocks.sources import sources_message
from bot.slack.floor import Floor
from bot.slack.payloads import Command


def list_sources_command(floor: Floor, command: Command) -> None:
    desk = floor.desk
    found = list_sources(desk.db, {}, desk.clock(), names=desk.policy.source_titles)
    floor.whisper(command, sources_message([each for each in found if each.name in desk.policy.source_titles]))
