"""Block Kit: what Slack accepts on which surface, and where the interactive elements are."""

from sandbox.blocks.check import check, check_view
from sandbox.blocks.surface import Surface
from sandbox.blocks.walk import elements, with_ids

__all__ = ["Surface", "check", "check_view", "elements", "with_ids"]
