"""The clock as a value: stages are told the time, so that tests can move it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Gives the present as aware UTC."""
