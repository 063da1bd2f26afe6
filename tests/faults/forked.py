"""A worker in a process of its own that may be killed, forked from one that has imported everything.

There are two hundred of them in a run, and each import takes 0.7 s of processor time (measured).
"""

import os
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from pathlib import Path

MODULES = ["tests.faults.worker", "tests.faults.source_worker"]
SECONDS = 300.0


def work(main: Callable[..., None], *args: object, wishes: Mapping[str, str], said: Path) -> int:
    """Run `main` to its end with `wishes` in its environment; the exit status, -9 where it was killed. Errors go to `said`."""
    context = get_context("forkserver")
    context.set_forkserver_preload(MODULES)
    process = context.Process(target=_begin, args=(main, args, dict(wishes), said))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError(f"the worker did not end within {SECONDS} s")
    status = process.exitcode
    process.close()
    assert status is not None
    return status


def _begin(main: Callable[..., None], args: tuple[object, ...], wishes: dict[str, str], said: Path) -> None:
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.environ.update(wishes)
    main(*args)
