"""Several models, each for the languages that it knows: a text goes to the one that is told its language."""

from collections.abc import Callable, Sequence

import classifiers
from classifiers.language import LANGUAGES, detect
from classifiers.settings import ModelSettings, Specialist
from classifiers.text import readable
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict, close


class ByLanguage:
    """Judges with `main` what no other model is there for.

    Where the model of a language faults, its texts have no verdict: what the main one makes of them would be trusted, and be
    wrong with confidence.
    """

    def __init__(self, main: Classifier, others: Sequence[tuple[tuple[str, ...], Classifier]]) -> None:
        self._models = (main, *(model for _, model in others))
        self._places = {language: place for place, (known, _) in enumerate(others, start=1) for language in known}

    @property
    def name(self) -> str:
        return " + ".join(model.name for model in self._models)

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        whose = [self._places.get(detect(readable(subject.text)), 0) for subject in subjects]
        verdicts: dict[int, Verdict] = {}
        for number in sorted(set(whose)):
            mine = [place for place, each in enumerate(whose) if each == number]
            verdicts.update(zip(mine, self._models[number].classify([subjects[place] for place in mine]), strict=True))
        return [verdicts[place] for place in range(len(subjects))]

    def close(self) -> None:
        for model in self._models:
            close(model)


def with_specialists(
    main: Classifier,
    specialists: Sequence[Specialist],
    *,
    load: Callable[[ModelSettings], Classifier] = classifiers.load,
) -> Classifier:
    """`main` alone where there are none. Loads the others; raises ModelFault that says for which languages one does not."""
    others = [(each.languages, _loaded(each, load)) for each in specialists]
    return ByLanguage(main, others) if others else main


def _loaded(wanted: Specialist, load: Callable[[ModelSettings], Classifier]) -> Classifier:
    listed = ", ".join(wanted.languages)
    strange = [language for language in wanted.languages if language not in LANGUAGES]
    if strange:
        raise ModelFault(f"[[model.also]] for {listed}: “{strange[0]}” is never detected; {', '.join(LANGUAGES)} are")
    try:
        return load(wanted.settings)
    except ModelFault as fault:
        raise ModelFault(f"[[model.also]] for {listed}: {fault}") from fault
