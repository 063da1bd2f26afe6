"""Composition root: Config and secrets become a running bot. The only module that knows all the others."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute

import classifiers
from bot.config import Config, Secrets, SlackMode
from bot.domain.page import TITLES
from bot.domain.policy import Policy
from bot.engine.embedded import Embedded, Fanout, Job
from bot.engine.hooks import Hooks
from bot.engine.web import WebServer, health_routes
from bot.errors import GiveUp, Retry
from bot.flow import assign, classify, close_loop, deliver, forget, ingest, learn, reply, route, watch
from bot.flow.clock import Clock
from bot.flow.deliver import Messenger
from bot.flow.desk.act import Desk
from bot.flow.keep_promises import keep_promises
from bot.flow.pace import mend_pace
from bot.flow.receive import receive, receiving
from bot.flow.signals import weigh_waiting
from bot.flow.vectors import LATELY, Nearness, place_waiting
from bot.hearing import Hearing
from bot.learning import NightSchool, versions_of
from bot.slack.calls import reading_client, writing_client
from bot.slack.connect import Socket, http_route
from bot.slack.directory import Directory
from bot.slack.floor import Floor
from bot.slack.listeners import build_app
from bot.slack.messenger import SlackMessenger
from bot.slack.reach import SlackReach
from bot.slack.roster import SlackRoster
from bot.sources.base import Answerable, Listening, Source
from bot.sources.net.page import Pages, origin_of
from bot.sources.table import SourceTable
from bot.store import migrate
from bot.store.database import Database, SingleRunner
from classifiers.verdict import Classifier, close

log = logging.getLogger(__name__)

LISTENER_PATIENCE = 2.0
"""Seconds a listener waits for the database: Slack wants its ack within 3."""

REACH_PATIENCE = 0.8
"""Seconds a listener waits to hear of Slack whom an escalation can reach; the clock, which calls them, has time."""

POLITE = 2.0
"""Seconds that a stop waits for each sort of call to the outside: what takes longer hangs."""

WATCH_SECONDS = 3
"""How often the clock's stages look: a missed promise is announced within 15 s."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_policy(config: Config, sources: Mapping[str, Source]) -> Policy:
    return Policy(
        company=config.company.name,
        zone=config.company.zone,
        routing=config.routing(),
        lease=config.claims.lease,
        offer=config.claims.offer,
        undo=config.claims.undo,
        promise_rules=config.promises,
        customer_wait=config.claims.customer_wait,
        roles=config.roles,
        ops_channel=config.slack.ops_channel,
        rotas={rota.name: rota for rota in config.rotas},
        headquarters_channel=config.slack.headquarters_channel,
        success_channel=config.slack.success_channel,
        source_titles={name: name for name in sources} | TITLES,
        answerable=frozenset(name for name, source in sources.items() if isinstance(source, Answerable)),
        approvals=config.approvals,
        answer_limits={name: most for name, source in sources.items() if (most := _answer_limit(source)) is not None},
        voice=config.company.voice,
        staff=config.staff,
        staff_report=config.staff_report,
        signals=config.signals,
        repeats=config.repeats,
        about={each.name: each.about for each in config.sources},
    )


def _answer_limit(source: Source) -> int | None:
    return source.max_answer if isinstance(source, Answerable) else None


def build_sources(config: Config) -> dict[str, Source]:
    """One source for each entry of the configuration, by name. Raises GiveUp where its optional dependencies are missing."""
    return {each.name: build_source(each, config.listening(each.name)) for each in config.sources}


def build_source(table: SourceTable, listening: Listening) -> Source:
    try:
        return table.build(listening)
    except GiveUp as fault:
        raise GiveUp(f"source {table.name}: {fault.reason}") from fault


def pages_of(tables: Sequence[SourceTable]) -> Pages:
    """What reads a page that somebody names: private places only where the operator reads a feed of them."""
    private = (each.page_address() for each in tables if each.allow_private)
    return Pages(private_origins=frozenset(origin_of(address) for address in private if address))


def load_classifier(config: Config) -> Classifier:
    """The version that serves, with the company's topics; it follows what is promoted. Takes seconds. Raises ModelFault."""
    from classifiers.by_language import with_specialists
    from classifiers.serving import ServingClassifier

    main = ServingClassifier(versions_of(config), model_settings(config))
    return with_specialists(main, specialists(config))


def served_settings(config: Config) -> classifiers.ModelSettings:
    """The model with the heads that serve now. Raises ModelFault where it cannot be told which."""
    versions = versions_of(config)
    version = versions.pointer().version
    settings = model_settings(config)
    return replace(settings, heads=versions.path(version)) if version else settings


def model_settings(config: Config) -> classifiers.ModelSettings:
    topics = tuple(
        classifiers.TopicSpec(name=topic.name, description=topic.description, examples=topic.examples)
        for topic in config.topics
    )
    model = config.model
    return classifiers.ModelSettings(
        encoder=model.encoder,
        heads=model.heads,
        threads=model.threads,
        topics=topics,
        classifier=model.classifier,
        reads=classifiers.Reads(model.reads),
        labels=model.labels,
        isolation=classifiers.Isolation(model.isolation),
        memory_mb=model.memory_mb,
        engine=classifiers.Engine(model.engine),
        exported=model.exported,
        precision=classifiers.Precision(model.precision),
    )


def specialists(config: Config) -> list[classifiers.Specialist]:
    """The models for other languages: with the topics, threads and limits of the first."""
    main = model_settings(config)
    return [
        classifiers.Specialist(
            languages=also.languages,
            settings=classifiers.ModelSettings(
                encoder=also.encoder,
                heads=also.heads,
                classifier=also.classifier,
                reads=classifiers.Reads(also.reads),
                labels=also.labels,
                topics=main.topics,
                threads=main.threads,
                isolation=main.isolation,
                memory_mb=main.memory_mb,
            ),
        )
        for also in config.model.also
    ]


def open_database(config: Config, *, auto_migrate: bool) -> Database:
    """The database at this version's schema. Raises GiveUp with the command that mends it.

    An SQLite file is brought up to date after a backup where `auto_migrate`; a damaged one is never opened.
    """
    database = Database(config.database.url)
    fault = migrate.integrity_fault(database)
    if fault:
        raise GiveUp(
            f"the database file is damaged ({fault}): restore the newest backup in {config.database.backup_dir}"
        )
    behind = migrate.current(database) != migrate.head()
    if behind and auto_migrate and database.dialect == "sqlite":
        bring_up_to_date(config, database)
    migrate.require_head(database)
    return database


def bring_up_to_date(config: Config, database: Database) -> Path | None:
    """Back up, then migrate; the backup's path where there was something to back up. Raises GiveUp for a newer database."""
    migrate.refuse_newer(database)
    backup = migrate.back_up(database, Path(config.database.backup_dir), utc_now())
    migrate.migrate(database)
    return backup


@dataclass(kw_only=True)
class Earshot:
    """A whole bot in one process. `start` returns when it works; `stop` lets what is under way finish."""

    config: Config
    secrets: Secrets
    database: Database
    classifier: Classifier
    clock: Clock = utc_now
    port: int = 0
    nearness: Nearness | None = None
    """What finds mentions that say the same; without one there are no drafts and no signals."""
    learns: bool = False
    """Whether this process holds the nightly trainings."""
    hanging: int = 0
    """Calls to the outside that were under way still when it had stopped."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        token, api_url = self.secrets.bot_token, self.config.slack.api_url
        self.sources = build_sources(self.config)
        self.policy = build_policy(self.config, self.sources)
        self.directory = Directory(reading_client(token, api_url))
        self.roster = SlackRoster(self.directory)
        self.reach = SlackReach(reading_client(token, api_url), self.directory)
        self.messenger: Messenger = SlackMessenger(writing_client(token, api_url), self.directory, self.clock)
        self._listening = self.database.with_patience(LISTENER_PATIENCE)
        reach = SlackReach(reading_client(token, api_url), self.directory, patience=REACH_PATIENCE)
        desk = Desk(db=self._listening, policy=self.policy, clock=self.clock, reach=reach)
        client, pages = reading_client(token, api_url), pages_of(self.config.sources)
        floor = Floor(desk=desk, directory=self.directory, client=client, read_page=pages.read)
        self._homes = floor.homes
        self.slack = build_app(floor, signing_secret=self.secrets.signing_secret or None)
        self.hearing = Hearing(database=self.database, policy=self.policy, sources=self.sources, clock=self.clock)
        self._posts, self._answers = Fanout(8, "post"), Fanout(16, "answer")
        self._night = NightSchool(
            config=self.config,
            settings=model_settings(self.config),
            database=self.database,
            policy=self.policy,
            clock=self.clock,
        )
        self.engine = Embedded(self._jobs())
        self._socket = Socket(self.slack, self.secrets.app_token) if self._by_socket else None
        self._hooks = Hooks(
            {
                path: partial(receive, self._listening, source, clock=self.clock)
                for path, source in receiving(self.sources).items()
            }
        )
        self._web = WebServer(self._routes(), host=self._host, port=self._wanted_port)

    @property
    def _by_socket(self) -> bool:
        return self.config.slack.mode is SlackMode.SOCKET

    @property
    def _host(self) -> str:
        return self.config.health.host if self._by_socket else self.config.slack.http_host

    @property
    def _wanted_port(self) -> int:
        return self.config.health.port if self._by_socket else self.config.slack.http_port

    def _routes(self) -> list[BaseRoute]:
        health = health_routes(self.engine.pulse, self._database_fault)
        served = [*health, *self._hooks.routes()]
        return served if self._by_socket else [*served, http_route(self.slack)]

    def start(self) -> None:
        ingest.know_sources(self.database, self.sources, self.clock())
        self.port = self._web.start()
        self.engine.start()
        if self._socket is not None:
            self._socket.start()
        log.info("started", extra={"port": self.port, "sources": len(self.sources), "model": self.classifier.name})

    def wait_connected(self, seconds: float) -> bool:
        """Whether Slack's events reach us by then; in HTTP mode they do as soon as we serve."""
        return self._socket is None or self._socket.wait_connected(seconds)

    def stop(self) -> None:
        """Take nothing new, finish what is under way (10 s at most), close. What is left has leases that run out."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        if self._socket is not None:
            self._socket.stop()
        self._night.stop()
        self.engine.stop()
        self.hearing.stop()
        self._posts.stop()
        self._answers.stop()
        self.hanging = self.hearing.left(POLITE) + self._answers.left(POLITE) + self._posts.left(POLITE)
        self._homes.stop()
        self._web.stop()
        self._hooks.stop()
        close(self.classifier)
        self._listening.close()
        self.database.close()
        log.info("stopped")

    def _jobs(self) -> list[Job]:
        def job(name: str, seconds: float, run: Callable[[], object], *, lonely: bool = False) -> Job:
            return Job(name=name, every=timedelta(seconds=seconds), run=run, lonely=lonely)

        return [
            *self.hearing.jobs(),
            job("classify", 0.5, self._classify, lonely=True),
            *([job("compare", 3, partial(self._compare, LATELY), lonely=True)] if self.nearness else []),
            *([job("compare_all", 300, partial(self._compare, None), lonely=True)] if self.nearness else []),
            job("signals", 3, lambda: weigh_waiting(self.database, self.policy, self.clock())),
            job("route", 0.5, lambda: route.route_judged(self.database, self.policy, self.clock())),
            job("deliver", 0.25, self._deliver),
            job("draw", 0.25, lambda: deliver.draw_stale(self.database, self.messenger, self.policy, self.clock)),
            job("reply", 1, self._reply),
            job("watch", WATCH_SECONDS, self._watch),
            job("tidy", 3600, self._tidy),
            job("accuracy", 3600, self._watch_accuracy),
            *([job("learn", 60, self._night.look)] if self.learns else []),
        ]

    def _reply(self) -> None:
        for name in reply.due_sources(self.database, self.clock()):
            send = partial(reply.send_answers, self.database, name, self.sources.get(name), self.clock)
            self._answers.submit(name, send)

    def _classify(self) -> None:
        while not self.engine.stopping:
            if not classify.classify_waiting(self.database, self.classifier, self.policy, self.clock):
                return
            self.engine.pulse.beat("classify")

    def _compare(self, received_within: timedelta | None) -> None:
        assert self.nearness is not None
        while not self.engine.stopping:
            if not place_waiting(self.database, self.nearness, self.clock, received_within=received_within):
                return
            self.engine.pulse.beat("compare" if received_within else "compare_all")

    def _deliver(self) -> None:
        for channel in deliver.due_channels(self.database, self.clock()):
            task = partial(deliver.deliver_next, self.database, self.messenger, self.policy, channel, self.clock)
            self._posts.submit(channel, task)

    def _watch(self) -> None:
        now = self.clock()
        watch.end_leases(self.database, now)
        watch.wake_snoozed(self.database, now)
        mend_pace(self.database, self.policy, now)
        keep_promises(self.database, self.policy, now)
        watch.escalate_further(self.database, self.policy, self.reach, now)
        assign.end_undos(self.database, now)
        assign.end_offers(self.database, now)
        assign.offer_turns(self.database, self.policy, self.roster, now)
        close_loop.bring_back_released(self.database, self.policy, now)
        close_loop.note_told(self.database, now)

    def _watch_accuracy(self) -> None:
        learn.watch_accuracy(self.database, self.policy, self.config.learning.window, self.clock())

    def _tidy(self) -> None:
        remembered = self.config.retention
        forget.forget_deliveries(self.database, self.clock(), timedelta(hours=remembered.inbound_hours))
        forget.forget_bands(self.database, self.clock(), self.policy.repeats.within)
        days = timedelta(days=remembered.mentions_days) if remembered.mentions_days else None
        forget.forget_old(self.database, self.clock(), days)
        forget.forget_bulletins(self.database, self.clock(), days)

    def _database_fault(self) -> str:
        try:
            with self.database.read():
                return ""
        except Retry as fault:
            return fault.reason


def only_runner(config: Config) -> SingleRunner:
    """The lock that keeps a second bot off the same SQLite file. Raises GiveUp when one is running."""
    lock = SingleRunner(config.database.url)
    if not lock.acquire():
        raise GiveUp("another Earshot is running on this database; two would poll and post twice as often")
    return lock
