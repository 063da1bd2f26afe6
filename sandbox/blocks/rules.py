"""Rules of shape, made of smaller ones. A rule takes a value and its JSON pointer and yields faults in Slack's words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def fault(words: str, at: str) -> str:
    return f"{words} [json-pointer:{at}]"


@dataclass(frozen=True, kw_only=True)
class Field:
    rule: Rule
    required: bool = False


def required(rule: Rule) -> Field:
    return Field(rule=rule, required=True)


def optional(rule: Rule) -> Field:
    return Field(rule=rule)


def string(high: int, *, low: int = 0) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield fault("must provide a string", at)
        elif len(value) > high:
            yield fault(f"must be less than {high + 1} characters", at)
        elif len(value) < low:
            yield fault(f"must be more than {low - 1} characters", at)

    return rule


def whole(low: int, high: int) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield fault("must provide an integer", at)
        elif not low <= value <= high:
            yield fault(f"must be between {low} and {high}", at)

    return rule


def number(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield fault("must provide a number", at)


def boolean(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield fault("must provide a boolean", at)


def anything(_: Any, __: str) -> Iterator[str]:
    return iter(())


def one_of(*allowed: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield fault(f"must be a valid enum value: {', '.join(allowed)}", at)

    return rule


def array(item: Rule, *, low: int = 1, high: int = 100) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield fault("must provide an array", at)
            return
        if len(value) > high:
            yield fault(f"no more than {high} items allowed", at)
        elif len(value) < low:
            yield fault(f"no fewer than {low} items allowed", at)
        for order, entry in enumerate(value):
            yield from item(entry, f"{at}/{order}")

    return rule


def record(fields: Mapping[str, Field], *extra: Rule) -> Rule:
    """An object with these fields and no others; `extra` rules look at it as a whole when its fields are right."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
            return
        faults = list(_field_faults(value, at, fields))
        yield from faults
        if not faults:
            for whole_rule in extra:
                yield from whole_rule(value, at)

    return rule


def _field_faults(value: dict[str, Any], at: str, fields: Mapping[str, Field]) -> Iterator[str]:
    for name in value:
        if name not in fields:
            yield fault(f"invalid additional property: {name}", at)
    for name, field in fields.items():
        if value.get(name) is not None:
            yield from field.rule(value[name], f"{at}/{name}")
        elif field.required:
            yield fault(f"missing required field: {name}", at)


def by_type(rules: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which rule holds."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
        elif not isinstance(value.get("type"), str):
            yield fault("missing required field: type", at)
        elif value["type"] not in rules:
            yield fault(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from rules[value["type"]](value, at)

    return rule


def any_field(*names: str) -> Rule:
    """At least one of these fields is there."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not any(value.get(name) for name in names):
            yield fault(f"missing required field: one of {', '.join(names)}", at)

    return rule


def not_both(one: str, other: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if value.get(one) is not None and value.get(other) is not None:
            yield fault(f"only one of {one} and {other} may be given", at)

    return rule
