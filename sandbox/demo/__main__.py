"""`python -m sandbox.demo`: a Slack workspace in the browser, an invented company's customers, and the real bot between them.

The bot is another process, started as anybody would start it; all that is special is its Slack address.
"""

import argparse
import base64
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox.core import Options
from sandbox.demo.letters import VISITOR, Neighbours, running_neighbours
from sandbox.demo.morning import try_before_you_came
from sandbox.demo.rehearsal import rehearse
from sandbox.neighbours.pages import OTHERS, neighbour_routes
from sandbox.places import routes
from sandbox.serve import RunningSandbox, running_sandbox

HERE = Path(__file__).parent
STATE = Path(".demo")
COMPANY = "Simmerwick"
STOP_SECONDS = 20
ONCE_SPEED = 60.0
"""Minutes of the story in one minute of a headless run."""

TIPS = (
    "You look through the eyes of one employee: switch at the top left, or be somebody else in a second tab. Claim a card, "
    "then try it as the other one.",
    "Answer: insert a saved reply, or a draft from an answer to somebody alike. Blame the customer, or invent a #hashtag: the "
    "preflight names the words.",
    "Be Fitz, three weeks with the company, and answer: Maren and Dov are asked to approve, change or return it.",
    "More… hands a claimed card to a colleague, who accepts or declines. What you did last can be undone there for 30 s.",
    "More…, The recommendation…: the response flow's path. Answer one of its questions yourself, and see what it advises now.",
    "Escalate in #engineering or #trust-safety: whoever is on call (/mentions oncall) is asked, and says “I'm on it”.",
    "Write as a customer: {places}. Answer it, then write again under your own post: the same card comes back with it.",
    "The fediverse and the post office there are servers of their own, with Mastodon's API, IMAP and SMTP: answer Oda's toot "
    "and Junia's letter in Slack, and read the answers there.",
    "/mentions decide clears a backlog, /mentions find beep searches, /mentions author @wilf_measures tells a history, "
    "/mentions issues lists wishes.",
    "Earshot's Home: mine, due soon, unclaimed, offered to me, waiting for my approval, with the next step beside each.",
    "/mentions subscribe in #product-feedback as Teo, /engagement-report 7d as Hester. Leave the melted Dipper in "
    "#trust-safety alone, and hear the promise break after 15 minutes.",
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _state_folder(options.once) as state:
        url = f"http://127.0.0.1:{options.port}" if options.port else ""
        tips = tuple(tip.format(places=f"{url}/places") for tip in TIPS)
        secret = reply_secret()
        served = routes(
            HERE / "mentions.jsonl",
            speed=ONCE_SPEED if options.once else 1.0,
            company=COMPANY,
            reply_secret=secret,
            others=OTHERS,
        )
        with (
            running_neighbours() as neighbours,
            running_sandbox(
                manifest=HERE / "slack-manifest.yaml",
                workspace=HERE / "workspace.toml",
                extra_routes=[*neighbour_routes(neighbours.network, neighbours.office, VISITOR), *served],
                port=0 if options.once else options.port,
                options=Options(tips=tips),
            ) as sandbox,
        ):
            environment = bot_environment(sandbox, state, secret) | neighbours.environment()
            return _with_bot(sandbox, state, environment, neighbours if options.once else None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="earshot demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="run headless to an end and print what happened")
    parser.add_argument("--port", type=int, default=8199, help="port of the page (0 takes a free one)")
    return parser


def reply_secret() -> str:
    """What the bot and the places share for this run."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def bot_environment(sandbox: RunningSandbox, state: Path, secret: str) -> dict[str, str]:
    return {
        **os.environ,
        "SANDBOX_URL": sandbox.url,
        "EARSHOT_SLACK_API_URL": sandbox.api_url,
        "EARSHOT_DATABASE_URL": f"sqlite:///{state / 'earshot.db'}",
        "EARSHOT_CONFIG": str(HERE / "config.toml"),
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SIMMERWICK_REPLY_SECRET": secret,
    }


def _with_bot(
    sandbox: RunningSandbox, state: Path, environment: Mapping[str, str], rehearsed: Neighbours | None
) -> int:
    """The bot beside it, until a person stops it or, with `rehearsed`, until the rehearsal is over."""
    log = state / "earshot.log"
    with log.open("w") as stream:
        bot = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment, stderr=stream)
        try:
            if rehearsed is not None:
                return rehearse(sandbox, environment, rehearsed)
            print(_welcome(sandbox, log), flush=True)
            threading.Thread(target=try_before_you_came, args=(sandbox,), name="morning", daemon=True).start()
            bot.wait()
            print(f"The bot ended by itself with exit code {bot.returncode}; its log is {log}.", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopping.")
            return 0
        except AssertionError as error:
            print(f"The rehearsal failed: {error}\nThe end of the bot's log:", file=sys.stderr)
            print("\n".join(log.read_text().splitlines()[-40:]), file=sys.stderr)
            return 1
        finally:
            _stop(bot)


def _welcome(sandbox: RunningSandbox, log: Path) -> str:
    return "\n".join(
        (
            "",
            f"  Slack (a sandbox on this machine):  {sandbox.url}/",
            f"  Write as a customer:                {sandbox.url}/places",
            "",
            *(f"  - {tip}" for tip in sandbox.sandbox.options.tips),
            "",
            f"  The bot's log: {log}     Stop with Ctrl-C.",
            "",
        )
    )


def _stop(bot: "subprocess.Popen[bytes]") -> None:
    if bot.poll() is not None:
        return
    bot.terminate()
    try:
        bot.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        bot.kill()
        bot.wait()


@contextmanager
def _state_folder(once: bool) -> Iterator[Path]:
    """A new one each time: the sandbox forgets its messages when it ends, so the bot's memory of them is of no use."""
    if once:
        with tempfile.TemporaryDirectory(prefix="earshot-demo-") as folder:
            yield Path(folder)
        return
    STATE.mkdir(exist_ok=True)
    for old in STATE.glob("earshot.db*"):
        old.unlink()
    yield STATE


if __name__ == "__main__":
    threading.current_thread().name = "demo"
    sys.exit(main())
