"""Texts made to break databases, to act as markup, or to give the model orders."""

from benches.hostile.hooks import HOOK
from benches.hostile.measure import Result, bounded, database, timed
from bot.app import utc_now
from bot.flow.receive import receive
from tests.hook_sender import signed


def strange_texts() -> Result:
    from tests.hostile.test_texts import TEXTS

    with database() as db:

        def run() -> str:
            for text in TEXTS.values():
                said = {"id": text[:400], "text": text, "title": text, "author": {"handle": text}, "parent": text}
                sent = signed(said, utc_now())
                assert receive(db, HOOK, sent.headers, sent.body, utc_now).added.new == 1
            return f"{len(TEXTS)} texts of up to 1 MB, each a row"

        return bounded(timed(run), 30)


def markup() -> Result:
    from tests.hostile.test_texts import ATTACKS, acting

    def run() -> str:
        faults = [fault for text in ATTACKS for fault in acting(text)]
        assert faults == []
        return f"{len(ATTACKS)} strings on card and copy, nothing acts"

    return bounded(timed(run), 30)


def model() -> Result:
    import classifiers
    from classifiers import ModelSettings, Subject
    from tests.classifiers.test_hostile import PROMPTS, SIGNS, assert_sound

    judge = classifiers.load(ModelSettings())

    def run() -> str:
        texts = [*PROMPTS, *SIGNS.values()]
        for verdict in judge.classify([Subject(text=text, about=text) for text in texts]):
            assert_sound(verdict)
        return f"{len(texts)} texts, all scores in 0 to 1"

    return bounded(timed(run), 60)
