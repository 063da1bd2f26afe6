"""The sandbox in one piece: the workspace, its app, and everything that connects them."""

from dataclasses import dataclass
from typing import Any

from sandbox.delivery import ACK_SECONDS, Delivery, Transport
from sandbox.events import AppEvents
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.http_delivery import HttpDelivery
from sandbox.ids import Clock, stable_id
from sandbox.limits import Limits
from sandbox.manifest import Manifest
from sandbox.people import InstalledApp
from sandbox.screens import Screens
from sandbox.sockets import Sockets
from sandbox.state import State
from sandbox.stats import Stats
from sandbox.streams import Streams
from sandbox.triggers import TRIGGER_SECONDS, ResponseAddresses, Triggers
from sandbox.views import Views
from sandbox.workspace import Seed


@dataclass(frozen=True, kw_only=True)
class Options:
    """How strict and how patient the sandbox is. `rate_scale` multiplies every limit; None turns them off."""

    rate_scale: float | None = 1.0
    request_url: str | None = None
    ack_seconds: float = ACK_SECONDS
    trigger_seconds: float = TRIGGER_SECONDS
    retry_scale: float = 1.0
    tips: tuple[str, ...] = ()
    """What to try, shown beside the page."""


def install_app(manifest: Manifest, team_id: str) -> InstalledApp:
    """The app as installed in a team. The secrets are the same in every run: they guard nothing but a rehearsal."""
    seed = f"{team_id}/{manifest.name}"
    return InstalledApp(
        id=stable_id("A", seed),
        bot_id=stable_id("B", seed),
        bot_user_id=stable_id("U", f"bot {seed}"),
        manifest=manifest,
        bot_token=f"xoxb-sandbox-{stable_id('', seed).lower()}",
        app_token=f"xapp-1-{stable_id('A', seed)}-sandbox-{stable_id('', f'app {seed}').lower()}",
        signing_secret=stable_id("", f"signing {seed}").lower() * 3,
        verification_token=stable_id("", f"verification {seed}").lower(),
    )


class Sandbox:
    """Everything that a running sandbox holds. Only the server's own event loop touches it: that is its one lock."""

    def __init__(self, *, manifest: Manifest, seed: Seed, clock: Clock, options: Options) -> None:
        self.clock = clock
        self.options = options
        self.app = install_app(manifest, seed.team.id)
        self.base_url = ""
        self.state = State(seed, self.app, clock)
        self.views = Views(self.app, seed.team.id, ids=self.state.ids, clock=clock)
        self.files = Files(self.state)
        self.streams = Streams()
        self.stats = Stats(clock)
        self.faults = Faults()
        self.limits = Limits(clock, options.rate_scale)
        self.triggers = Triggers(clock, lifetime=options.trigger_seconds)
        self.responses = ResponseAddresses(clock)
        self.sockets = Sockets(self.app.id, clock)
        self.http = HttpDelivery(options.request_url, self.app.signing_secret, clock) if options.request_url else None
        transport: Transport = self.http or self.sockets
        self.delivery = Delivery(
            transport, self.stats, ack_seconds=options.ack_seconds, retry_scale=options.retry_scale
        )
        self.offered: dict[tuple[str, str], dict[str, Any]] = {}
        self.events = AppEvents(self.state, self.delivery, lambda: self.base_url)
        self.screens = Screens(self.state, self.streams, lambda: self.base_url)
        self.state.watch(self.events.changed)
        self.state.watch(self.screens.changed)
        self.views.watch(self.screens)

    async def stop(self) -> None:
        self.streams.close()
        self.delivery.stop()
        if self.http is not None:
            await self.http.close()
