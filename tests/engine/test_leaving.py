"""A stop does not wait for places that hang."""

import subprocess
import sys
import threading
import time
from pathlib import Path

from bot.engine.embedded import Fanout, leave

ROOT = Path(__file__).parents[2]
HANGS = """
import time
from bot.engine.embedded import Fanout, leave
calls = Fanout(2, "poll")
for key in ("slow", "slower", "never begun"):
    calls.submit(key, lambda: time.sleep(60))
calls.stop()
print("stopped")
leave(calls.left(0.2))
print("never said")
"""


def test_a_process_ends_although_places_hang() -> None:
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, cwd=ROOT, timeout=50)
    assert (ended.returncode, ended.stdout) == (0, "stopped\n")
    assert time.monotonic() - began < 30


def test_what_is_under_way_is_counted_once_its_time_is_over() -> None:
    calls, go = Fanout(2, "poll"), threading.Event()
    calls.submit("slow", lambda: go.wait(20))
    calls.submit("quick", lambda: None)
    calls.stop()
    assert calls.left(0.05) == 1
    go.set()
    assert calls.left(10) == 0
    leave(0)
