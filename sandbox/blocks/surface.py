"""Where blocks are shown."""

from enum import StrEnum


class Surface(StrEnum):
    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"
