"""The places where the demo's customers write: web feeds for the bot, pages for people."""

from sandbox.places.web import routes

__all__ = ["routes"]
