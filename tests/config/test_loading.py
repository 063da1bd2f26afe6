"""What a sound configuration becomes, what the environment adds, and that nothing but ConfigError ever comes out."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import Config, LogFormat, LogLevel, SlackMode, load_config
from bot.config.tree import Isolation, Reads
from bot.domain.approval import ApprovalRule
from bot.domain.preflight.finding import Mode
from bot.domain.promise import Opening, always
from bot.domain.roles import Permission
from bot.domain.routing import Level, Outcome, Rule, Topic
from bot.domain.signal import SignalTerms
from bot.errors import ConfigError
from bot.sources.feed import FeedTable
from tests.config.test_broken import SOUND
from tests.config.test_example import EXAMPLE, SMALLEST

FULL = """
triage.department = "care"

[company]
name = "Kettle & Co"
names = ["Kettle", "Kettle & Co"]
not_words = ["kettle drum"]
hashtags = ["#quietkettle"]
signatures = ["^care"]
wide_reach = 5000
zone = "Europe/Berlin"

[slack]
mode = "http"
api_url = "https://slack.example/api"
http_host = "0.0.0.0"
http_port = 0
ops_channel = "#ops"
managers = ["@maya", "U0123456789", "S0123456789"]

[roles]
claim = "everyone"
answer = ["@care-team", "@maya"]
approve = ["S0123456789"]
erase = []

[database]
url = "postgresql://bot@db/earshot"

[office_hours.late]
zone = "America/New_York"
fri = ["13:00-24:00", "09:00-12:30"]
holidays = [2026-12-25]

[[departments]]
name = "care"
title = "Customer care"
channel = "C0123456789"
people = ["@ana", "U0123456789"]
user_group = "@care-team"
decide_within = "1h30m"
answer_within = "2d"
warn_before = "0s"
office_hours.mon = ["09:00-17:00"]

[[departments.escalation]]
notify = ["@lena", "#leads"]
within = "30m"

[[departments.escalation]]
notify = ["S0123456789"]

[[departments]]
name = "late"
channel = "#late-Überlandpost".lower
office_hours = "late"
""".replace('"#late-Überlandpost".lower', '"#spät"')
FULL += """
[[topics]]
name = "refunds"
department = "care"
description = "money back"
min_confidence = 0.75
examples = ["Where is my money?"]

[[rules]]
name = "loud"
do = "send"
to = "late"
urgent = true
topics = ["refunds"]
sources = ["Forum"]
languages = ["de"]
words = ["court"]
min_detractor = 1
min_confidence = 0.25
min_reach = 5
max_rating = 2

[[rules]]
name = "noise"
do = "filter"

[[sources]]
name = "Forum"
kind = "feed"
url = "${SANDBOX_URL}/forum.rss?key=${KEY}"
every = "2s"
first_lookback = "14d"
allow_private = true
user_agent = "Kettle"
about = "the Kettle 3"
search = true

[claims]
lease = "45m"
offer = "10m"
undo = "0s"

[signals]
mentions = 4
within = "7d"
days = 2
sources = 1
likeness = 0.7

[logging]
level = "debug"
format = "json"
"""
ENV = {"SANDBOX_URL": "http://127.0.0.1:8080", "KEY": "abc"}


def load(folder: Path, document: str, env: Mapping[str, str] = ENV) -> Config:
    file = folder / "config.toml"
    file.write_text(document, encoding="utf-8")
    return load_config(file, env)


@pytest.fixture
def full(tmp_path: Path) -> Config:
    return load(tmp_path, FULL)


def test_sections(full: Config) -> None:
    assert full.company.names == ("Kettle & Co", "Kettle")
    assert (full.slack.mode, full.slack.api_url) == (SlackMode.HTTP, "https://slack.example/api/")
    assert (full.slack.http_host, full.slack.http_port, full.slack.ops_channel) == ("0.0.0.0", 0, "#ops")
    assert full.slack.managers == ("@maya", "U0123456789", "S0123456789")
    assert full.claims.lease == timedelta(minutes=45)
    assert full.signals == SignalTerms(mentions=4, within=timedelta(days=7), days=2, sources=1, likeness=0.7)
    assert (full.claims.offer, full.claims.undo) == (timedelta(minutes=10), timedelta(0))
    assert (full.logging.level, full.logging.format) == (LogLevel.DEBUG, LogFormat.JSON)
    assert full.triage == "care"


def test_how_the_company_speaks(full: Config) -> None:
    voice = full.company.voice
    assert (voice.names, voice.hashtags) == (("Kettle & Co", "Kettle"), ("#quietkettle",))
    assert (voice.signatures, voice.wide_reach) == (("^care",), 5_000)
    assert {each.preflight for each in full.departments} == {Mode.ADVISE}


def test_a_department_may_be_strict_with_its_drafts(tmp_path: Path) -> None:
    strict = SMALLEST.replace("[[departments]]", '[[departments]]\npreflight = "block"', 1)
    assert load(tmp_path, strict).departments[0].preflight is Mode.BLOCK


def test_roles(full: Config) -> None:
    roles = full.roles
    assert roles.is_for_everyone(Permission.CLAIM)
    assert roles.is_for_everyone(Permission.ESCALATE)
    assert roles.holders(Permission.ANSWER) == ("@care-team", "@maya")
    assert roles.holders(Permission.APPROVE) == ("S0123456789",)
    assert roles.holders(Permission.ERASE) == ()
    assert roles.holders(Permission.REPORT) == ("@maya", "U0123456789", "S0123456789")


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    own = '[model]\nclassifier = "acme/tickets"\nisolation = "thread"\n[model.labels]\nLABEL_0 = "billing"\n"no!" = "billing"'
    model = load(tmp_path, f"{SMALLEST}\n{own}").model
    assert (model.classifier, model.isolation, model.reads) == ("acme/tickets", Isolation.THREAD, Reads.TOPIC)
    assert model.labels == {"LABEL_0": "billing", "no!": "billing"}


def test_a_department(full: Config) -> None:
    care = full.departments[0]
    assert (care.name, care.title, care.channel) == ("care", "Customer care", "C0123456789")
    assert (care.people, care.user_group) == (("@ana", "U0123456789"), "@care-team")
    assert care.decide_within == timedelta(minutes=90)
    assert (care.answer_within, care.warn_before) == (timedelta(days=2), timedelta(0))
    assert care.escalation == (
        Level(notify=("@lena", "#leads"), within=timedelta(minutes=30)),
        Level(notify=("S0123456789",), within=timedelta(hours=1)),
    )
    assert care.office_hours.zone == "Europe/Berlin", "hours without a zone are in the company's"
    assert care.office_hours.week[0] == (Opening(opens=time(9), closes=time(17)),)
    assert care.office_hours.week[1:] == ((),) * 6


def test_shared_office_hours(full: Config) -> None:
    late = full.departments[1]
    assert late.title == "late", "without a title the name is shown"
    assert late.office_hours.zone == "America/New_York"
    assert late.office_hours.week[4] == (
        Opening(opens=time(9), closes=time(12, 30)),
        Opening(opens=time(13), closes=time(0)),
    )
    assert late.office_hours.holidays == {date(2026, 12, 25)}


def test_a_department_without_hours_is_open_always(tmp_path: Path) -> None:
    assert load(tmp_path, SMALLEST).departments[0].office_hours == always("UTC")


def test_topics_and_rules(full: Config) -> None:
    assert full.topics == (
        Topic(
            name="refunds",
            department="care",
            description="money back",
            examples=("Where is my money?",),
            min_confidence=0.75,
        ),
    )
    assert full.rules == (
        Rule(
            name="loud",
            outcome=Outcome.SEND,
            department="late",
            urgent=True,
            topics=("refunds",),
            sources=("Forum",),
            languages=("de",),
            words=("court",),
            min_detractor=1.0,
            min_confidence=0.25,
            min_reach=5,
            max_rating=2.0,
        ),
        Rule(name="noise", outcome=Outcome.FILTER),
    )


def test_a_feed_takes_its_address_from_the_environment(full: Config) -> None:
    (feed,) = full.sources
    assert feed == FeedTable(
        name="Forum",
        kind="feed",
        every=timedelta(seconds=2),
        first_lookback=timedelta(days=14),
        about="the Kettle 3",
        search=True,
        url="http://127.0.0.1:8080/forum.rss?key=abc",
        allow_private=True,
        user_agent="Kettle",
    )
    assert "key=abc" not in repr(full)


def test_a_number_of_a_source_can_come_from_the_environment(tmp_path: Path) -> None:
    mailbox = 'kind = "mail"\nuser = "care@acme.example"\npassword = "MAIL_PASSWORD"\nhost = "x.example"'
    document = SOUND.replace('kind = "feed"', mailbox).replace(
        'url = "https://example.com/reviews.atom"', 'port = "${PORT}"'
    )
    (mail,) = load(tmp_path, document, {"PORT": "8143", "MAIL_PASSWORD": "hunter2"}).sources
    assert mail.model_dump()["port"] == 8143
    with pytest.raises(ConfigError, match=r"sources\[0\]\.port: write a whole number, not text"):
        load(tmp_path, document, {"PORT": "imap", "MAIL_PASSWORD": "hunter2"})


def test_a_password_for_a_feed_comes_from_the_environment(tmp_path: Path) -> None:
    document = SOUND.replace("https://example.com/", "https://me:${KEY}@example.com/")
    (feed,) = load(tmp_path, document).sources
    assert isinstance(feed, FeedTable)
    assert feed.url == "https://me:abc@example.com/reviews.atom"


REPLY_SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the Standard Webhooks specification's own example
ANSWERING = f"""{SOUND}
reply_url = "${{BASE}}/answers?key=${{KEY}}"
reply_secret = "REVIEWS_SECRET"
"""
ANSWERING_ENV = {"BASE": "https://example.com", "KEY": "abc", "REVIEWS_SECRET": REPLY_SECRET}


def test_where_answers_go_and_what_signs_them_come_from_the_environment(tmp_path: Path) -> None:
    config = load(tmp_path, ANSWERING, ANSWERING_ENV)
    (feed,) = config.sources
    assert isinstance(feed, FeedTable)
    assert (feed.reply_url, feed.reply_secret) == ("https://example.com/answers?key=abc", REPLY_SECRET)
    assert "key=abc" not in repr(config)
    assert REPLY_SECRET not in repr(config)
    assert config.hidden() == (REPLY_SECRET,)


def test_a_place_may_limit_answers_and_rules_may_hold_them(tmp_path: Path) -> None:
    rule = '[[approvals]]\nname = "new people"\nauthors = ["@tim"]\nburst = 20\napprovers = ["@lea", "@leads"]\n'
    config = load(tmp_path, f"{ANSWERING}reply_max = 280\n{rule}", ANSWERING_ENV)
    (feed,) = config.sources
    assert isinstance(feed, FeedTable)
    assert feed.reply_max == 280
    (held,) = config.approvals
    assert held == ApprovalRule(name="new people", authors=("@tim",), burst=20, approvers=("@lea", "@leads"))


def test_the_secret_for_answers_can_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{REPLY_SECRET}\n", encoding="utf-8")
    env = {"BASE": "https://example.com", "KEY": "abc", "REVIEWS_SECRET_FILE": str(tmp_path / "secret")}
    (feed,) = load(tmp_path, ANSWERING, env).sources
    assert isinstance(feed, FeedTable)
    assert feed.reply_secret == REPLY_SECRET


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "the environment variable REVIEWS_SECRET is not set: set it, or REVIEWS_SECRET_FILE"),
        ({"REVIEWS_SECRET": "hunter2hunter2hunter2hunter2hunter2hunter2"}, "it must hold whsec_ and"),
        ({"REVIEWS_SECRET": "whsec_hunter2"}, "it must hold whsec_ and at least 24 random bytes"),
        ({"REVIEWS_SECRET": f"{REPLY_SECRET}%hunter2"}, "in base64"),
        ({"REVIEWS_SECRET": "whsec_hünter2"}, "in base64"),
        ({"REVIEWS_SECRET_FILE": "/nowhere/at/all"}, "REVIEWS_SECRET_FILE: the file it names cannot be read"),
    ],
)
def test_a_secret_for_answers_that_cannot_be_used_is_one_fault(tmp_path: Path, env: dict[str, str], says: str) -> None:
    usable = {"BASE": "https://example.com", "KEY": "abc"}
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, ANSWERING, {**usable, **env})
    (fault,) = raised.value.faults
    assert ":34: sources[0].reply_secret: " in fault
    assert says in fault
    assert "hunter2" not in fault


def test_a_password_in_the_address_for_answers_does_not_belong_in_the_file(tmp_path: Path) -> None:
    document = ANSWERING.replace("${BASE}", "https://me:hunter2@example.com")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, document, ANSWERING_ENV)
    (fault,) = raised.value.faults
    assert "sources[0].reply_url: this address has a password in it; put the address in an environment" in fault


def test_a_bad_address_from_the_environment_is_not_repeated(tmp_path: Path) -> None:
    document = SOUND.replace("https://example.com/reviews.atom", "${ADDRESS}")
    with pytest.raises(ConfigError, match=r"sources\[0\].url: write a whole address") as raised:
        load(tmp_path, document, {"ADDRESS": "gopher://me:hunter2@x"})
    assert "hunter2" not in str(raised.value)


def test_routing_has_everything_by_name(full: Config) -> None:
    routing = full.routing()
    assert routing.rules == full.rules
    assert routing.topics == {"refunds": full.topics[0]}
    assert routing.departments == {"care": full.departments[0], "late": full.departments[1]}
    assert (routing.triage, routing.min_confidence) == ("care", None)
    assert routing.topic_languages == routing.score_languages == frozenset({"en"})
    assert (routing.searches, routing.not_words) == ({"Forum": "the Kettle 3"}, ("kettle drum",))


ALSO = """
[[model.also]]
languages = ["fr"]
encoder = "acme/all-tongues"
heads = "/srv/heads"

[[model.also]]
languages = ["de", "nl"]
classifier = "acme/tickets"
labels = {A = "billing"}

[[model.also]]
languages = ["es"]
classifier = "acme/moods"
reads = "polarity"
labels = {NEG = "negative", REST = "neutral"}
"""


def test_a_model_for_other_languages_is_trusted_with_what_it_reads(tmp_path: Path) -> None:
    config = load(tmp_path, SMALLEST + ALSO)
    assert [(also.languages, also.encoder, also.classifier) for also in config.model.also] == [
        (("fr",), "acme/all-tongues", ""),
        (("de", "nl"), "", "acme/tickets"),
        (("es",), "", "acme/moods"),
    ]
    routing = config.routing()
    assert routing.topic_languages == {"en", "fr", "de", "nl"}
    assert routing.score_languages == {"en", "fr", "es"}


def test_the_environment_wins(tmp_path: Path) -> None:
    env = {
        "EARSHOT_DATABASE_URL": "postgresql+psycopg://me:p%40ss@db/earshot",
        "EARSHOT_SLACK_API_URL": "http://127.0.0.1:9/api",
    }
    config = load(tmp_path, SMALLEST, env)
    assert config.database.url == env["EARSHOT_DATABASE_URL"]
    assert config.database.password == "p@ss"
    assert config.slack.api_url == "http://127.0.0.1:9/api/"
    assert "p%40ss" not in repr(config)


def test_the_database_may_be_named_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://me:pass@db/earshot\n", encoding="utf-8")
    config = load(tmp_path, SMALLEST, {"EARSHOT_DATABASE_URL_FILE": str(secret)})
    assert config.database.url == "postgresql://me:pass@db/earshot"


def test_faults_of_the_environment_stand_beside_those_of_the_file(tmp_path: Path) -> None:
    env = {"EARSHOT_DATABASE_URL": "oracle://me:hunter2@h/x", "EARSHOT_SLACK_API_URL": "slack.com"}
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, SMALLEST + "\n[claims]\nleas = 1\n", env)
    assert [fault.removeprefix(f"{tmp_path}/") for fault in raised.value.faults] == [
        "config.toml:14: claims.leas: there is no such key here; did you mean “lease”?",
        "environment: EARSHOT_DATABASE_URL: write sqlite:///FILE or postgresql://HOST/DATABASE",
        "environment: EARSHOT_SLACK_API_URL: write a whole address that starts with https:// or http://",
    ]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load_config(file, {}).company.name == "Example Ltd"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config") / "config.toml"


def loads_or_complains(file: Path, document: bytes) -> None:
    """The one promise of `load_config`: a Config, or ConfigError with one printable line a fault."""
    file.write_bytes(document)
    try:
        assert load_config(file, {}).routing().departments
    except ConfigError as error:
        lines = error.faults
    else:
        return
    assert lines
    for line in lines:
        assert line.isprintable()
        assert line.startswith(f"{file}:")


@settings(deadline=None)  # the machine may be busy
@given(document=st.binary(max_size=200))
@example(document=b"a = " + b"[" * 3_000 + b"]" * 3_000)
@example(document=b"a" + b".a" * 3_000 + b" = 1")
def test_any_bytes_load_or_complain(file: Path, document: bytes) -> None:
    loads_or_complains(file, document)


SCALARS = """
1 -1 9223372036854775808 1e400 nan -inf true 2026-12-25 10:00:00 2026-12-25T10:00:00Z "" "always" "5m" "\\u0000"
"\\U0010FFFF\\n" "#x" "@x" "http://x/${A}" "${" "//[" "x://[" "Europe" "UTC" "09:00-24:00" "en" "send" "feed" "billing"
"""
VALUES = st.recursive(
    st.sampled_from(SCALARS.split()),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.dictionaries(st.sampled_from(["name", "mon", "zone", "notify", "x"]), inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=5,
)
LINES = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
LINES += ["[office_hours]", "[sources]", "[departments]", "[company.x]", "[[office_hours.office]]", "model = 1"]


@settings(deadline=None)  # the machine may be busy
@given(data=st.data())
def test_the_example_with_other_values_loads_or_complains(file: Path, data: st.DataObject) -> None:
    changed = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(LINES) - 1))
        key, equals, _ = LINES[at].partition(" = ")
        changed[at] = f"{key} = {data.draw(VALUES)}" if equals else data.draw(st.sampled_from(LINES))
    loads_or_complains(
        file, "\n".join(changed[:-6] + data.draw(st.lists(st.sampled_from(LINES[-6:]), max_size=2))).encode()
    )


@settings(deadline=None)  # the machine may be busy
@given(start=st.integers(0, 3_000), length=st.integers(0, 300), insert=st.text(max_size=5))
def test_the_sound_file_with_a_hole_loads_or_complains(file: Path, start: int, length: int, insert: str) -> None:
    document = SOUND + FULL
    damaged = document[:start] + insert + document[start + length :]
    loads_or_complains(file, damaged.encode("utf-8", "surrogatepass"))
