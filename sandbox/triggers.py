"""What an interaction lends the app for a short time: a trigger to open a view, an address to respond to."""

from dataclasses import dataclass

from sandbox.ids import Clock, secret_name

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


class TriggerRefused(Exception):
    """The trigger opens nothing (any more); `code` is Slack's word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class Trigger:
    user_id: str
    issued: float
    exchanged: bool = False


class Triggers:
    def __init__(self, clock: Clock, *, lifetime: float = TRIGGER_SECONDS) -> None:
        self._clock = clock
        self.lifetime = lifetime
        self._issued: dict[str, Trigger] = {}

    def issue(self, user_id: str) -> str:
        now = self._clock()
        trigger_id = f"{int(now * 1000)}.{len(self._issued) + 1}.{secret_name(32)}"
        self._issued[trigger_id] = Trigger(user_id=user_id, issued=now)
        return trigger_id

    def redeem(self, trigger_id: str) -> Trigger:
        """Use a trigger, which lives for a short time (Slack's for three seconds) and works once."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise TriggerRefused("invalid_trigger_id")
        if trigger.exchanged:
            raise TriggerRefused("exchanged_trigger_id")
        if self._clock() - trigger.issued > self.lifetime:
            raise TriggerRefused("expired_trigger_id")
        trigger.exchanged = True
        return trigger


@dataclass(kw_only=True)
class ResponseAddress:
    """Where the app may answer an interaction; `message` is (channel id, ts) when it began on a message."""

    user_id: str
    channel_id: str
    message: tuple[str, str] | None
    thread_ts: str | None
    issued: float
    uses: int = 0


class ResponseAddresses:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, ResponseAddress] = {}

    def issue(
        self, *, user_id: str, channel_id: str, message: tuple[str, str] | None = None, thread_ts: str | None = None
    ) -> str:
        """A name that is good for five answers within thirty minutes."""
        name = secret_name()
        self._issued[name] = ResponseAddress(
            user_id=user_id, channel_id=channel_id, message=message, thread_ts=thread_ts, issued=self._clock()
        )
        return name

    def use(self, name: str) -> ResponseAddress:
        address = self._issued.get(name)
        if address is None:
            raise TriggerRefused("invalid_url")
        if self._clock() - address.issued > RESPONSE_SECONDS:
            raise TriggerRefused("expired_url")
        if address.uses >= RESPONSE_USES:
            raise TriggerRefused("used_url")
        address.uses += 1
        return address
