"""Earshot: brings every customer mention within earshot of the employee who can act on it."""

__version__ = "0.1.0"
