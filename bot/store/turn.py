"""Whose turn it is to write: those who wait are served in the order in which they came."""

import threading
from collections import deque


class Turn:
    """A lock between threads. `threading.Lock` goes to whoever runs when it is free, which is mostly whoever had it last."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Semaphore] = deque()

    def acquire(self, *, timeout: float) -> bool:
        """Whether it is ours now; `timeout` in seconds."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = threading.Semaphore(0)
            self._waiting.append(called)
        if called.acquire(timeout=timeout):
            return True
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True  # it was handed to us in the last moment

    def release(self) -> None:
        """Hand it to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
