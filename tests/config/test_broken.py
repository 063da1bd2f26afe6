"""Broken configurations: each gives one line that names the file, the line, the key and what to do."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config import load_config
from bot.errors import ConfigError

SOUND = """
[company]
name = "Example Ltd"

[slack]
mode = "socket"

[office_hours.office]
mon = ["09:00-17:30"]

[[departments]]
name = "triage"
channel = "#triage"

[[departments]]
name = "billing"
channel = "#billing"
office_hours = "office"

[[topics]]
name = "refunds"
department = "billing"

[[rules]]
name = "angry"
topics = ["refunds"]

[[sources]]
name = "Reviews"
kind = "feed"
url = "https://example.com/reviews.atom"
"""

MARK = "#!"
"""Stands at the end of the line that the fault must name."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """`new` takes the place of `old` in the sound file, or is added at its end where `old` is empty."""

    old: str = ""
    new: str
    key: str
    says: str

    @property
    def document(self) -> str:
        if not self.old:
            return f"{SOUND}\n{self.new}\n"
        assert SOUND.count(self.old) == 1
        return SOUND.replace(self.old, self.new)

    @property
    def line(self) -> int:
        marked = [number for number, line in enumerate(self.document.splitlines(), 1) if line.endswith(MARK)]
        return marked[0] if marked else 1


CHANNEL = 'channel = "#triage"'
OFFICE = 'office_hours = "office"'
TOPICS = 'topics = ["refunds"]'
URL = 'url = "https://example.com/reviews.atom"'

ONE_FAULT = {
    # unknown keys
    "unknown section": Broken(new="[databse] #!", key="databse", says="did you mean “database”?"),
    "unknown section far from any": Broken(new="[zzz] #!", key="zzz", says="there are: approvals, claims, company, "),
    "unknown key": Broken(old='mode = "socket"', new='moed = "http" #!', key="slack.moed", says="did you mean “mode”?"),
    "unknown key of a department": Broken(
        old=CHANNEL, new=f"{CHANNEL}\npeple = [] #!", key="departments[0].peple", says="did you mean “people”?"
    ),
    "unknown key in an escalation": Broken(
        old=CHANNEL,
        new=f'{CHANNEL}\nescalation = [\n{{notify = ["@ana"]}},\n{{notify = ["@ana"], witin = "1h"}}] #!',
        key="departments[0].escalation[1].witin",
        says="did you mean “within”?",
    ),
    "unknown key in shared hours": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["09:00-17:30"]\nmonday = [] #!',
        key="office_hours.office.monday",
        says="did you mean “mon”?",
    ),
    "unknown key in hours in place": Broken(
        old=OFFICE,
        new='office_hours = {mon = ["09:00-17:30"], tues = []} #!',
        key="departments[1].office_hours.tues",
        says="did you mean “tue”?",
    ),
    "unknown key of a source": Broken(old=URL, new=f'{URL}\nevry = "5m" #!', key="sources[0].evry", says="“every”?"),
    "key in quotes": Broken(
        old='mode = "socket"', new='"mo de" = "x" #!', key='slack."mo de"', says="did you mean “mode”?"
    ),
    "line break in a key": Broken(
        old='mode = "socket"', new='"a\\nb" = 1 #!', key='slack."a\\nb"', says="there is no such key here"
    ),
    "secret by its key": Broken(
        old='mode = "socket"',
        new='signing_secret = "ab" #!',
        key="slack.signing_secret",
        says="a secret does not belong",
    ),
    # missing
    "no company": Broken(old='[company]\nname = "Example Ltd"', new="", key="company", says="add [company]"),
    "no company name": Broken(
        old='[company]\nname = "Example Ltd"', new="[company] #!", key="company.name", says="add name = …"
    ),
    "no channel": Broken(
        old='[[departments]]\nname = "triage"\nchannel = "#triage"',
        new='[[departments]] #!\nname = "triage"',
        key="departments[0].channel",
        says="add channel = …",
    ),
    "no department's name": Broken(
        new='[[departments]] #!\nchannel = "#x"', key="departments[2].name", says="add name = …"
    ),
    "no topic's department": Broken(
        new='[[topics]] #!\nname = "x"', key="topics[1].department", says="add department = …"
    ),
    "no rule's name": Broken(new="[[rules]] #!", key="rules[1].name", says="add name = …"),
    "no kind of source": Broken(
        old='[[sources]]\nname = "Reviews"\nkind = "feed"',
        new='[[sources]] #!\nname = "Reviews"',
        key="sources[0].kind",
        says="add kind = …",
    ),
    "no address of a source": Broken(
        new='[[sources]] #!\nname = "x"\nkind = "feed"', key="sources[1].url", says="add url = …"
    ),
    "nobody to notify": Broken(
        old=CHANNEL,
        new=f"{CHANNEL}\nescalation = [{{notify = []}}] #!",
        key="departments[0].escalation[0].notify",
        says="add at least one",
    ),
    # wrong types
    "number for text": Broken(
        old='name = "Example Ltd"', new="name = 7 #!", key="company.name", says="text in quotes, not a whole number"
    ),
    "text for a number": Broken(
        new='[health]\nport = "80" #!', key="health.port", says="write a whole number, not text"
    ),
    "text for true": Broken(
        old=TOPICS, new='urgent = "yes" #!', key="rules[0].urgent", says="write true or false, without quotes"
    ),
    "true for a number": Broken(
        new="[model]\nthreads = true #!", key="model.threads", says="a whole number, not true or false"
    ),
    "text for a list": Broken(
        old=TOPICS, new='topics = "refunds" #!', key="rules[0].topics", says='write a list, such as ["…"], not text'
    ),
    "number in a list": Broken(
        old=TOPICS, new='words = ["a",\n 3] #!', key="rules[0].words[1]", says="write text in quotes"
    ),
    "text for a section": Broken(
        old='[slack]\nmode = "socket"\n', new="", key="slack", says="write a table with the header [slack], not text"
    ),
    "single brackets": Broken(
        old='[[rules]]\nname = "angry"',
        new='[rules] #!\nname = "angry"',
        key="rules",
        says="write [[rules]] with double",
    ),
    "double brackets": Broken(
        new='[[health]] #!\nhost = "127.0.0.1"', key="health", says="write a table with the header [health], not a list"
    ),
    "table for a number": Broken(
        old=TOPICS, new="min_detractor = {a = 1} #!", key="rules[0].min_detractor", says="write a number, not a table"
    ),
    "text for a table in a list": Broken(
        old=CHANNEL,
        new=f'{CHANNEL}\nescalation = ["@ana"] #!',
        key="departments[0].escalation[0]",
        says="write a table",
    ),
    "number for office hours": Broken(
        old=OFFICE, new="office_hours = 9 #!", key="departments[1].office_hours", says="write text in quotes"
    ),
    "text for a date": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["09:00-17:30"]\nholidays = ["2026-12-25"] #!',
        key="office_hours.office.holidays[0]",
        says="a date without quotes",
    ),
    "time for a date": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["09:00-17:30"]\nholidays = [2026-12-25T00:00:00] #!',
        key="office_hours.office.holidays[0]",
        says="a date without quotes and time",
    ),
    # values out of their set or bounds
    "no such mode": Broken(old='mode = "socket"', new='mode = "web" #!', key="slack.mode", says='"socket" or "http"'),
    "no such level": Broken(new='[logging]\nlevel = "loud" #!', key="logging.level", says='one of: "debug", "info"'),
    "no such outcome": Broken(old=TOPICS, new='do = "drop" #!', key="rules[0].do", says='one of: "send" or "filter"'),
    "no such kind": Broken(
        old='kind = "feed"', new='kind = "fax" #!', key="sources[0].kind", says='kind as one of: "app_store"'
    ),
    "probability over one": Broken(
        old=TOPICS, new="min_confidence = 90 #!", key="rules[0].min_confidence", says="a number of at most 1"
    ),
    "probability that is no number": Broken(
        old=TOPICS, new="min_confidence = nan #!", key="rules[0].min_confidence", says="write a finite number"
    ),
    "negative reach": Broken(old=TOPICS, new="min_reach = -1 #!", key="rules[0].min_reach", says="of at least 0"),
    "no stars": Broken(old=TOPICS, new="max_rating = 0 #!", key="rules[0].max_rating", says="of at least 1"),
    "port too high": Broken(new="[health]\nport = 65536 #!", key="health.port", says="of at most 65535"),
    "no threads": Broken(new="[model]\nthreads = 0 #!", key="model.threads", says="of at least 1"),
    "empty name": Broken(old='name = "Example Ltd"', new='name = " " #!', key="company.name", says="write a name of 1"),
    "name with a space": Broken(
        new='[[departments]]\nname = "Big Team" #!\nchannel = "#x"',
        key="departments[2].name",
        says="write a name of lower-case letters",
    ),
    "channel without its sign": Broken(
        old=CHANNEL, new='channel = "triage" #!', key="departments[0].channel", says='write a channel as "#care"'
    ),
    "channel in capitals": Broken(
        old=CHANNEL, new='channel = "#Triage" #!', key="departments[0].channel", says="(lower case)"
    ),
    "person without the sign": Broken(
        old=CHANNEL, new=f'{CHANNEL}\npeople = ["ana"] #!', key="departments[0].people[0]", says='a person as "@ana"'
    ),
    "channel as a user group": Broken(
        old=CHANNEL, new=f'{CHANNEL}\nuser_group = "#leads" #!', key="departments[0].user_group", says="a user group as"
    ),
    "channel as a manager": Broken(
        old='mode = "socket"', new='managers = ["#leads"] #!', key="slack.managers[0]", says='"@ana" for a person'
    ),
    "everyone and somebody": Broken(
        new='[roles]\nclaim = ["everyone", "@ana"] #!', key="roles.claim", says='"everyone" alone'
    ),
    "role for one person without a list": Broken(
        new='[roles]\napprove = "@ana" #!', key="roles.approve", says='write a list, such as ["…"]'
    ),
    "role for a channel": Broken(
        new='[roles]\nreport = ["#leads"] #!', key="roles.report[0]", says='"@care-team" for a user group'
    ),
    "language by its name": Broken(
        new='[model]\nlanguages = ["English"] #!', key="model.languages[0]", says='code such as "en"'
    ),
    "model without its labels": Broken(new='[model] #!\nclassifier = "acme/x"', key="model", says="add labels"),
    "labels without a model": Broken(new='[model] #!\nlabels = {A = "refunds"}', key="model", says="add classifier"),
    "label of no topic": Broken(
        new='[model]\nclassifier = "x"\nlabels = {A = "refund"} #!',
        key="model.labels.A",
        says="there is no topic “refund”; did you mean “refunds”?",
    ),
    "label of no mood": Broken(
        new='[model]\nclassifier = "x"\nreads = "polarity"\nlabels = {A = "negative", B = "bad"} #!',
        key="model.labels.B",
        says="there is no polarity “bad”",
    ),
    "moods without a bad one": Broken(
        new='[model] #!\nclassifier = "x"\nreads = "polarity"\nlabels = {A = "neutral"}',
        key="model",
        says='let a label stand for "negative"',
    ),
    "listed twice": Broken(
        old=TOPICS, new='topics = ["refunds", "refunds"] #!', key="rules[0].topics", says="“refunds” is listed twice"
    ),
    "second model without one": Broken(
        new='[[model.also]] #!\nlanguages = ["de"]', key="model.also[0]", says="add encoder and heads, or classifier"
    ),
    "second model for no language": Broken(
        new='[[model.also]]\nencoder = "x"\nheads = "y"\nlanguages = [] #!', key="model.also[0].languages", says="empty"
    ),
    "second model without its labels": Broken(
        new='[[model.also]] #!\nlanguages = ["de"]\nclassifier = "x"', key="model.also[0]", says="add labels"
    ),
    "label of the second model's of no topic": Broken(
        new='[[model.also]]\nlanguages = ["de"]\nclassifier = "x"\nlabels = {A = "refund"} #!',
        key="model.also[0].labels.A",
        says="did you mean “refunds”?",
    ),
    "language of two models": Broken(
        new='[[model.also]]\nencoder = "x"\nheads = "y"\nlanguages = ["de", "en"] #!',
        key="model.also[0].languages[1]",
        says="“en” stands in model.languages too",
    ),
    "phrase for somebody else that is our name": Broken(
        old='name = "Example Ltd"',
        new='name = "Example Ltd"\nnot_words = ["example river", "example"] #!',
        key="company.not_words[1]",
        says="your own name “Example Ltd” would never be found",
    ),
    "topic that must be surer than sure": Broken(
        old='name = "refunds"',
        new='name = "refunds"\nmin_confidence = 1.5 #!',
        key="topics[0].min_confidence",
        says="a number of at most 1",
    ),
    # zones, hours, durations, addresses
    "no such zone": Broken(
        old='name = "Example Ltd"',
        new='name = "Example Ltd"\nzone = "Europe/Berln" #!',
        key="company.zone",
        says="such as Europe/Berlin",
    ),
    "zone that leaves its folder": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["09:00-17:30"]\nzone = "../../etc/passwd" #!',
        key="office_hours.office.zone",
        says="is not a time zone",
    ),
    "bad interval": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["9 to 5"] #!',
        key="office_hours.office.mon[0]",
        says="is not an opening",
    ),
    "interval that runs backwards": Broken(
        old='mon = ["09:00-17:30"]', new='mon = ["17:30-09:00"] #!', key="office_hours.office.mon[0]", says="not after"
    ),
    "intervals that overlap": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["13:00-17:00", "09:00-13:30"] #!',
        key="office_hours.office.mon",
        says="overlap around 13:00",
    ),
    "interval after midnight's": Broken(
        old='mon = ["09:00-17:30"]',
        new='mon = ["09:00-24:00", "23:00-23:30"] #!',
        key="office_hours.office.mon",
        says="overlap around 23:00",
    ),
    "interval as a number": Broken(
        old='mon = ["09:00-17:30"]', new="mon = [9] #!", key="office_hours.office.mon[0]", says="an interval in quotes"
    ),
    "no hours at all": Broken(
        old='[office_hours.office]\nmon = ["09:00-17:30"]',
        new='[office_hours.office] #!\nzone = "UTC"',
        key="office_hours.office",
        says="give at least one day an interval",
    ),
    "duration without its unit": Broken(
        old=OFFICE, new='decide_within = "90" #!', key="departments[1].decide_within", says="write a duration such as"
    ),
    "duration as a number": Broken(
        old=OFFICE, new="decide_within = 90 #!", key="departments[1].decide_within", says="a duration in quotes"
    ),
    "a signal of two": Broken(new="[signals] #!\nmentions = 2", key="signals", says="at least 3 mentions, or 0"),
    "a signal of more days than mentions": Broken(
        new="[signals] #!\nmentions = 3\ndays = 4", key="signals", says="at most as many days"
    ),
    "a signal of more days than there are": Broken(
        new='[signals] #!\nwithin = "1d"', key="signals", says="so many do not fit"
    ),
    "duration of nothing": Broken(new='[claims]\nlease = "0m" #!', key="claims.lease", says="longer than nothing"),
    "duration of ages": Broken(new='[claims]\nlease = "999999999d" #!', key="claims.lease", says="at most 366 days"),
    "cards offered to an unknown kind of turn": Broken(
        old=OFFICE, new='assign = "lottery" #!', key="departments[1].assign", says='"round_robin" or "least_loaded"'
    ),
    "cards offered where nobody works": Broken(
        old='[[departments]]\nname = "billing"',
        new='[[departments]] #!\nname = "billing"\nassign = "round_robin"',
        key="departments[1]",
        says="there is nobody to offer a card to",
    ),
    "promise that takes ages": Broken(
        old=OFFICE,
        new='answer_within = "60d" #!\noffice_hours = {mon = ["09:00-10:00"]}',
        key="departments[1].answer_within",
        says="more than five years",
    ),
    "warning that is never due": Broken(
        old='[[departments]]\nname = "triage"',
        new='[[departments]] #!\nname = "triage"\nwarn_before = "24h"',
        key="departments[0]",
        says="make warn_before shorter",
    ),
    "address without a scheme": Broken(
        old=URL, new='url = "example.com/feed" #!', key="sources[0].url", says="starts with https:// or http://"
    ),
    "address of a file": Broken(
        old=URL, new='url = "file:///etc/passwd" #!', key="sources[0].url", says="starts with https:// or http://"
    ),
    "address with a bad port": Broken(
        old=URL, new='url = "http://x:99999/" #!', key="sources[0].url", says="host or port"
    ),
    "address with spaces": Broken(old=URL, new='url = "http://x/a b" #!', key="sources[0].url", says="without spaces"),
    "address with half a host": Broken(
        old=URL, new='url = "http://[::1/" #!', key="sources[0].url", says="host or port"
    ),
    "variable in another address": Broken(
        old='mode = "socket"',
        new='api_url = "https://${HOST}/api/" #!',
        key="slack.api_url",
        says="in a source's addresses only",
    ),
    "database of another kind": Broken(
        new='[database]\nurl = "mysql://h/d" #!', key="database.url", says="sqlite:///FILE or postgresql://"
    ),
    "database in memory": Broken(
        new='[database]\nurl = "sqlite:///:memory:" #!', key="database.url", says="forgets at every start"
    ),
    "database without a name": Broken(
        new='[database]\nurl = "postgresql://host" #!', key="database.url", says="name the database"
    ),
    # names and references
    "department twice": Broken(
        new='[[departments]]\nname = "billing" #!\nchannel = "#x"',
        key="departments[2].name",
        says="taken by departments[1]",
    ),
    "topic twice": Broken(
        new='[[topics]]\nname = "refunds" #!\ndepartment = "billing"', key="topics[1].name", says="taken by topics[0]"
    ),
    "rule twice": Broken(new='[[rules]]\nname = "angry" #!', key="rules[1].name", says="taken by rules[0]"),
    "source twice": Broken(
        new='[[sources]]\nname = "Reviews" #!\nkind = "feed"\nurl = "https://x.example/"',
        key="sources[1].name",
        says="taken by sources[0]",
    ),
    "rule with a word of the bot's": Broken(
        new='[[rules]]\nname = "unsure" #!', key="rules[1].name", says="a word of the bot's own"
    ),
    "hours with a word of the bot's": Broken(
        new='[office_hours.always] #!\nmon = ["09:00-10:00"]', key="office_hours.always", says="round the clock"
    ),
    "topic of no department": Broken(
        old='department = "billing"', new='department = "biling" #!', key="topics[0].department", says="“billing”?"
    ),
    "rule to no department": Broken(
        old=TOPICS, new='to = "sales" #!', key="rules[0].to", says="there is no department “sales”; there are: triage"
    ),
    "rule for no topic": Broken(
        old=TOPICS, new='topics = ["refunds",\n"refund"] #!', key="rules[0].topics[1]", says="did you mean “refunds”?"
    ),
    "rule for no source": Broken(
        old=TOPICS, new='sources = ["reviews"] #!', key="rules[0].sources[0]", says="did you mean “Reviews”?"
    ),
    "triage by nobody": Broken(
        new='[triage]\ndepartment = "triages" #!', key="triage.department", says="did you mean “triage”?"
    ),
    "hours of no table": Broken(
        old=OFFICE, new='office_hours = "ofice" #!', key="departments[1].office_hours", says="did you mean “office”?"
    ),
    "filter that sends": Broken(
        old=f'[[rules]]\nname = "angry"\n{TOPICS}',
        new='[[rules]] #!\nname = "angry"\ndo = "filter"\nto = "billing"',
        key="rules[0]",
        says="take out `to` and `urgent`",
    ),
    # secrets
    "password in an address": Broken(
        old=URL, new='url = "https://me:hunter2@example.com/" #!', key="sources[0].url", says='write "${ITS_NAME}" here'
    ),
    "password of the database": Broken(
        new='[database]\nurl = "postgresql://me:hunter2@h/d" #!', key="database.url", says="set EARSHOT_DATABASE_URL"
    ),
    "variable that is not set": Broken(
        old=URL, new='url = "${NOT_SET}/feed" #!', key="sources[0].url", says="variable NOT_SET is not set"
    ),
    "variable without a name": Broken(
        old=URL, new='url = "https://x/${}" #!', key="sources[0].url", says="variable ${} is not set"
    ),
    "token": Broken(
        old='mode = "socket"',
        new='ops_channel = "xoxb' + '-123456-abcdef" #!',
        key="slack.ops_channel",
        says="this looks like a token",
    ),
    "secret for answers in the file": Broken(
        new='reply_url = "https://example.com/answers"\nreply_secret = "whsec_' + 'hunter2hunter2" #!',
        key="sources[0].reply_secret",
        says="put the secret in an environment variable and write that variable's name here, and revoke this one",
    ),
    "no variable": Broken(
        new='reply_url = "https://example.com/answers"\nreply_secret = "my secret" #!',
        key="sources[0].reply_secret",
        says="write the name of an environment variable",
    ),
    "secret for answers that is not set": Broken(
        new='reply_url = "https://example.com/answers"\nreply_secret = "REPLY_SECRET" #!',
        key="sources[0].reply_secret",
        says="the environment variable REPLY_SECRET is not set",
    ),
    "answers without a signature": Broken(
        old='[[sources]]\nname = "Reviews"',
        new=f'[[sources]] {MARK}\nname = "Reviews"\nreply_url = "https://example.com/answers"',
        key="sources[0]",
        says="add reply_secret: the place must be able to tell our answers from a stranger's",
    ),
    "limit without answers": Broken(
        old='[[sources]]\nname = "Reviews"',
        new=f'[[sources]] {MARK}\nname = "Reviews"\nreply_max = 280',
        key="sources[0]",
        says="add reply_url, or take reply_max out",
    ),
    "approval by nobody": Broken(
        new='[[approvals]] #!\nname = "all"',
        key="approvals[0].approvers",
        says="nobody could approve these answers",
    ),
    "approval of an unknown topic": Broken(
        new='[[approvals]]\nname = "all"\napprovers = ["@lea"]\ntopics = ["biling"] #!',
        key="approvals[0].topics[0]",
        says="there is no topic “biling”",
    ),
    "no address for answers": Broken(
        new='reply_url = "example.com/answers" #!\nreply_secret = ""',
        key="sources[0].reply_url",
        says="write a whole address",
    ),
}


def faults_of(tmp_path: Path, document: str | bytes) -> list[str]:
    """The faults, less the path of the folder."""
    file = tmp_path / "config.toml"
    file.write_bytes(document if isinstance(document, bytes) else document.encode())
    with pytest.raises(ConfigError) as raised:
        load_config(file, {})
    return [fault.removeprefix(f"{tmp_path}/") for fault in raised.value.faults]


def test_the_sound_file_is_sound(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(SOUND, encoding="utf-8")
    assert load_config(file, {}).company.name == "Example Ltd"


@pytest.mark.parametrize("broken", ONE_FAULT.values(), ids=ONE_FAULT.keys())
def test_one_fault_gives_one_line(tmp_path: Path, broken: Broken) -> None:
    document = f'slack = "x" {MARK}\n{broken.document}' if broken.key == "slack" else broken.document
    line = 1 if broken.key == "slack" else broken.line
    faults = faults_of(tmp_path, document)
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"config.toml:{line}: {broken.key}: ")
    assert broken.says in faults[0]
    assert faults[0].isprintable()
    assert "hunter2" not in faults[0]
    assert "123456-abcdef" not in faults[0]


NOT_TOML = {
    "nothing after the sign": (b"[company]\nname = \n", "config.toml:2:8: not TOML: Invalid value"),
    "no sign": (b"[company]\nname\n", "config.toml:2:5: not TOML: Expected '='"),
    "key twice": (b"a = 1\na = 2\n", "config.toml:2:6: not TOML: this key is given twice"),
    "table twice": (b"[a]\n[b]\n[a]\n", "config.toml:3:3: not TOML: Cannot declare"),
    "open string": (b'\na = "x\n', "config.toml:2:7: not TOML: Illegal character"),
    "open list": (b"a = [1,\n", "config.toml:2:1: not TOML: Invalid value"),
    "no such date": (b"a = 2026-02-30\n", "config.toml:1:5: not TOML: Invalid date"),
    "control sign": (b"a = 1 # \x07\n", "config.toml:1:9: not TOML: Found invalid character '\\x07'"),
    "YAML": (b"company:\n  name: x\n", "config.toml:1:8: not TOML: Expected '='"),
    "not UTF-8": ("a = 'ä'\nb = 'ü'\n".encode("latin-1"), "config.toml:1: save the file as UTF-8"),
    "UTF-16": ("a = 1\n".encode("utf-16"), "config.toml:1: save the file as UTF-8"),
    "binary": (bytes(range(256)), "config.toml:"),
    "too many digits": (b"a = " + b"9" * 5000, "config.toml:1:1: not TOML: Exceeds the limit"),
    "too deep": (b"a = " + b"[" * 50_000, "config.toml:1:1: lists or tables are nested too deep"),
    "lists in lists": (b"a = " + b"[" * 40 + b"]" * 40, "config.toml: lists or tables are nested more than 20 deep"),
    "dots without end": (b"a" + b".a" * 2_000 + b" = 1", "config.toml: lists or tables are nested more than 20 deep"),
    "too large": (b"#" * (2 * 1024 * 1024), "config.toml: the file is larger than"),
}


@pytest.mark.parametrize(("document", "expected"), NOT_TOML.values(), ids=NOT_TOML.keys())
def test_what_is_no_toml_gives_line_and_column(tmp_path: Path, document: bytes, expected: str) -> None:
    faults = faults_of(tmp_path, document)
    assert len(faults) == 1
    assert faults[0].startswith(expected)
    assert faults[0].isprintable()


def test_a_missing_file_says_where_to_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.toml: there is no such file: copy config.example.toml"):
        load_config(tmp_path / "nowhere.toml", {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory"):
        load_config(tmp_path, {})


def test_an_empty_file_lacks_what_has_no_default(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "") == [
        "config.toml:1: company: this part is missing: add [company]",
        "config.toml:1: departments: this part is missing: add [[departments]]",
        "config.toml:1: topics: this part is missing: add [[topics]]",
    ]


def test_empty_lists_are_no_departments_and_no_topics(tmp_path: Path) -> None:
    assert faults_of(tmp_path, 'departments = []\ntopics = []\n[company]\nname = "x"') == [
        "config.toml:1: departments: it is empty: add at least one",
        "config.toml:2: topics: it is empty: add at least one",
    ]


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    document = """\
[company]
nam = "Example"
[[departments]]
name = "care"
chanel = "#care"
decide_within = "soon"
office_hours = {mon = ["9-5", "10:00-11:00"], zone = "Mars"}
[[departments]]
name = "care"
channel = "care"
[[topics]]
name = "refunds"
department = "car"
[triage]
department = "care"
[[rules]]
name = "x"
topics = ["refund"]
min_detractor = 2
[health]
port = "x"
"""
    faults = faults_of(tmp_path, document)
    assert [re.match(r"config\.toml:(\d+): (\S+): \S", fault).groups() for fault in faults] == [  # type: ignore[union-attr]
        ("1", "company.name"),
        ("2", "company.nam"),
        ("3", "departments[0].channel"),
        ("5", "departments[0].chanel"),
        ("6", "departments[0].decide_within"),
        ("7", "departments[0].office_hours.mon[0]"),
        ("7", "departments[0].office_hours.zone"),
        ("9", "departments[1].name"),
        ("10", "departments[1].channel"),
        ("13", "topics[0].department"),
        ("18", "rules[0].topics[0]"),
        ("19", "rules[0].min_detractor"),
        ("21", "health.port"),
    ]


def test_a_token_in_the_place_of_a_key_is_not_repeated(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, SOUND.replace('mode = "socket"', "xoxb" + "-123456-abcdef = 1"))
    assert "123456" not in fault
    assert "slack.[redacted]" in fault
