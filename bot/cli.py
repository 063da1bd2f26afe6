"""The command line: parse, call, exit code. Heavy rooms are imported by the commands that need them."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import __version__
from bot.config import Config, config_path, load_config, load_secrets
from bot.errors import ConfigError, GiveUp, Retry
from bot.logs import set_up

OK, FAILED, BAD_CONFIG = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 it could not be done, 2 the configuration or the call is wrong."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ConfigError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return BAD_CONFIG
    except (GiveUp, Retry) as error:
        print(f"earshot: {error.reason}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader of our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="earshot", description="Every customer mention, within earshot of who can act."
    )
    parser.add_argument("--version", action="version", version=f"earshot {__version__}")
    parser.add_argument("--config", type=Path, help="the configuration (default: EARSHOT_CONFIG, else config.toml)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(run=run)
        return added

    start = command("run", _run, "start the bot")
    start.add_argument("--no-auto-migrate", action="store_true", help="refuse to start on an older SQLite file")
    demo = command("demo", _demo, "try it in the browser with a sandbox workspace and an invented company")
    demo.add_argument("--once", action="store_true", help="run headless to an end and print what happened")
    demo.add_argument("--port", type=int, default=8199, help="port of the page (0 takes a free one)")
    command("check", _check, "say in plain words what is missing")
    command("migrate", _migrate, "back up the database and bring it to this version's schema")
    _add_texts(command)
    command("train", _train, "learn from what people put right, and let it serve if it is no worse")
    _add_model(command("model", _model, "the versions of the model: list, show, promote, rollback, card"))
    ledger = command(
        "ledger", _ledger, "account for every mention: ingested = posted + folded + filtered + waiting + failed"
    )
    ledger.add_argument("--json", action="store_true")
    failed = command("failed", _failed, "list messages that could not be posted")
    failed.add_argument("--retry", action="store_true", help="send them all again: the cause is mended")
    listing = command("sources", _sources, "how each source is doing")
    listing.add_argument("--json", action="store_true")
    return parser


def _add_texts(command: Callable[..., argparse.ArgumentParser]) -> None:
    importing = command("import", _import, "bring in mentions from a .csv or .jsonl file")
    importing.add_argument("file", type=Path)
    importing.add_argument("--source", help="the source's name (default: the file's name)")
    importing.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="e.g. text=review")
    past = command("backfill", _backfill, "bring in what customers wrote at a source before Earshot listened there")
    past.add_argument("source", help="its name in the configuration")
    past.add_argument("--since", default="30d", metavar="DURATION", help="how far back, such as 30d (default) or 12h")
    past.add_argument("--cards", action="store_true", help="post cards for old mentions too, not only keep them")
    classify = command("classify", _classify, "judge texts: one JSON verdict a line, in order")
    classify.add_argument("file", help=".csv, .jsonl, or - for standard input")
    classify.add_argument("--text-column", default="text")
    classify.add_argument("--about-column", default="about")


def _add_model(model: argparse.ArgumentParser) -> None:
    commands = model.add_subparsers(required=True, metavar="COMMAND", dest="what")

    def command(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words)

    command("list", "every version, oldest first, and which one serves")
    command("show", "what a version learnt from, and what the gate said").add_argument("version")
    promote = command("promote", "let a version serve, and hold it there")
    promote.add_argument("version", help="a version of `earshot model list`, or shipped")
    command("rollback", "go back to the version before, and hold it there")
    export = command("export", 'write the encoder as int8 for ONNX Runtime, for [model] engine = "onnx"')
    export.add_argument("--out", type=Path, help="the folder to write (default: [model] exported)")
    card = command("card", "how often the model is right, from people's own corrections, as Markdown")
    card.add_argument("--out", type=Path, help="the file to write (default: standard output)")


def _config(options: argparse.Namespace) -> Config:
    return load_config(options.config or config_path(os.environ), os.environ)


def _run(options: argparse.Namespace) -> int:
    from bot.app import Earshot, load_classifier, only_runner, open_database
    from bot.engine.embedded import leave
    from classifiers.nearness import Nearness
    from classifiers.verdict import ModelFault

    config = _config(options)
    secrets = load_secrets(os.environ, mode=config.slack.mode)
    set_up(config.logging, secrets=(*secrets.values(), *config.hidden()))
    lock = only_runner(config) if config.database.url.startswith("sqlite") else None
    database = open_database(config, auto_migrate=not options.no_auto_migrate)
    try:
        classifier = load_classifier(config)
    except ModelFault as fault:
        raise GiveUp(f"the model cannot be loaded: {fault}") from fault
    bot = Earshot(
        config=config,
        secrets=secrets,
        database=database,
        classifier=classifier,
        nearness=Nearness(),
        learns=True,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bot.start()
    stop.wait()
    bot.stop()
    if lock is not None:
        lock.release()
    leave(bot.hanging)
    return OK


def _demo(options: argparse.Namespace) -> int:
    """The sandbox is another program: it starts the bot as anybody would, with another API address.

    It takes this process over, so that whoever stops this one stops it.
    """
    once = ["--once"] if options.once else []
    command = [sys.executable, "-m", "sandbox.demo", "--port", str(options.port), *once]
    os.execv(command[0], command)


def _check(options: argparse.Namespace) -> int:
    from bot.check import run_checks

    config = _config(options)
    findings = run_checks(config, os.environ)
    for finding in findings:
        print(f"{'ok  ' if finding.well else 'FAIL'}  {finding.what}: {finding.said}")
    bad = sum(not finding.well for finding in findings)
    print(f"{bad} of {len(findings)} need you." if bad else "Everything is in place: start it with `earshot run`.")
    return FAILED if bad else OK


def _migrate(options: argparse.Namespace) -> int:
    from bot.app import bring_up_to_date
    from bot.store import migrate
    from bot.store.database import Database

    config = _config(options)
    database = Database(config.database.url)
    before, wanted = migrate.current(database), migrate.head()
    if before == wanted:
        print(f"The database is at schema {wanted} already.")
        return OK
    backup = bring_up_to_date(config, database)
    migrate.require_head(database)
    print(f"The database went from schema {before or 'none'} to {wanted}.{f' Backup: {backup}' if backup else ''}")
    return OK


def _import(options: argparse.Namespace) -> int:
    from bot.importing import import_file

    config = _config(options)
    columns = dict(pair.split("=", 1) for pair in options.map if "=" in pair)
    wrong = [pair for pair in options.map if "=" not in pair]
    if wrong:
        raise ConfigError([f"--map {pair}: write FIELD=COLUMN, for example text=review" for pair in wrong])
    return import_file(config, options.file, source=options.source or options.file.stem, columns=columns)


def _backfill(options: argparse.Namespace) -> int:
    from bot.backfilling import backfill
    from bot.values import parse_duration

    config = _config(options)
    try:
        since = parse_duration(options.since)
    except ValueError as error:
        raise ConfigError([f"--since {options.since}: {error}"]) from error
    return backfill(config, options.source, since, cards=options.cards)


def _classify(options: argparse.Namespace) -> int:
    import classifiers
    from classifiers.stream import classify_file
    from classifiers.verdict import ModelFault

    settings = classifiers.ModelSettings()
    others: list[classifiers.Specialist] = []
    try:
        if options.config or config_path(os.environ).exists():
            from bot.app import served_settings, specialists

            config = _config(options)
            settings, others = served_settings(config), specialists(config)
        return classify_file(
            options.file,
            sys.stdout,
            text_column=options.text_column,
            about_column=options.about_column,
            settings=settings,
            specialists=others,
        )
    except ModelFault as fault:
        raise GiveUp(str(fault)) from fault


def _train(options: argparse.Namespace) -> int:
    from bot import model_commands

    return model_commands.train(_config(options))


def _model(options: argparse.Namespace) -> int:
    from bot import model_commands

    config = _config(options)
    match options.what:
        case "show":
            return model_commands.show(config, options.version)
        case "promote":
            return model_commands.promote(config, options.version)
        case "rollback":
            return model_commands.roll_back(config)
        case "card":
            return model_commands.card(config, options.out)
        case "export":
            return _export(options.out or Path(config.model.exported))
        case _:
            return model_commands.show_list(config)


def _export(out: Path) -> int:
    from classifiers.export import export
    from classifiers.verdict import ModelFault

    try:
        written = export(out)
    except ModelFault as fault:
        raise GiveUp(str(fault)) from fault
    print(
        f"{written.folder}: {written.megabytes:.0f} MB; cosine with the exact encoder {written.mean_cosine:.4f} in the mean, "
        f'{written.least_cosine:.4f} at least. Set [model] engine = "onnx" to use it.'
    )
    return 0


def _ledger(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from bot.app import open_database
    from bot.flow.report import balance

    ledger = balance(open_database(_config(options), auto_migrate=False))
    if options.json:
        print(json.dumps(asdict(ledger) | {"balanced": ledger.balanced}))
    else:
        print(
            f"{ledger.ingested} ingested = {ledger.posted} posted + {ledger.folded} folded + {ledger.filtered} filtered "
            f"+ {ledger.waiting} waiting + {ledger.failed} failed{'' if ledger.balanced else '   DOES NOT BALANCE'}"
        )
    return OK if ledger.balanced else FAILED


def _failed(options: argparse.Namespace) -> int:
    from bot.app import open_database, utc_now
    from bot.flow.deliver import failed_postings, retry_failed

    database = open_database(_config(options), auto_migrate=False)
    if options.retry:
        print(f"{retry_failed(database, utc_now())} messages are on their way again.")
        return OK
    postings = failed_postings(database)
    for posting in postings:
        about = f"mention {posting.mention_id}" if posting.mention_id else "no mention"
        print(f"{about}  {posting.kind} to {posting.channel}: {posting.problem}")
    print(f"{len(postings)} messages could not be posted." if postings else "Nothing has failed.")
    return OK


def _sources(options: argparse.Namespace) -> int:
    from bot.listing_sources import show_sources

    return show_sources(_config(options), as_json=options.json)
