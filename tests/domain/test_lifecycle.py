import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.lifecycle import CLOSED, LIVE, OWNERS_ONLY, TRANSITIONS, Action, State, after, available

OURS = {Action.JUDGE, Action.ROUTE, Action.FILTER, Action.FOLD, Action.UNFOLD, Action.EXPIRE, Action.ACCEPT}
"""Actions that the card has no button for: accepting stands beside the offer."""


def reachable(start: State) -> set[State]:
    found, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        following = {target for (source, _), target in TRANSITIONS.items() if source is state} - found
        found |= following
        waiting.extend(following)
    return found


def test_every_state_can_be_reached_from_a_new_mention() -> None:
    assert reachable(State.NEW) == set(State)


@pytest.mark.parametrize("state", State)
def test_from_every_state_there_is_a_way_to_every_decision(state: State) -> None:
    assert reachable(state) >= CLOSED


def test_what_is_folded_comes_out_again_in_one_way_only() -> None:
    ways = {action: target for (source, action), target in TRANSITIONS.items() if source is State.FOLDED}
    assert ways == {Action.UNFOLD: State.JUDGED}


@pytest.mark.parametrize("state", State)
def test_nothing_becomes_new_or_judged_or_filtered_again(state: State) -> None:
    later = reachable(state) - {state}
    assert State.NEW not in later
    if state not in (State.NEW, State.JUDGED, State.FOLDED):
        assert later.isdisjoint({State.JUDGED, State.FILTERED, State.FOLDED})


def test_open_and_closed_are_different_and_with_the_three_before_them_all() -> None:
    assert CLOSED.isdisjoint(LIVE)
    assert CLOSED | LIVE | {State.NEW, State.JUDGED, State.FILTERED, State.FOLDED} == set(State)


@pytest.mark.parametrize("state", sorted(CLOSED | {State.FILTERED}))
def test_what_is_closed_or_filtered_can_only_be_reopened(state: State) -> None:
    assert available(state) == (Action.REOPEN,)
    assert after(state, Action.REOPEN) is State.OPEN


def test_what_is_claimed_cannot_be_claimed_again() -> None:
    assert after(State.CLAIMED, Action.CLAIM) is None
    assert Action.CLAIM not in available(State.CLAIMED)


@pytest.mark.parametrize(
    ("action", "target"),
    [
        (Action.ANSWER, State.ANSWERED),
        (Action.ANSWER_ELSEWHERE, State.ANSWERED),
        (Action.LET_STAND, State.LET_STAND),
        (Action.MONITOR, State.MONITORED),
        (Action.DISMISS, State.DISMISSED),
        (Action.REROUTE, State.OPEN),
    ],
)
def test_a_live_mention_can_be_decided_wherever_it_stands(action: Action, target: State) -> None:
    assert {state for state in State if after(state, action) is target} == LIVE
    assert all(after(state, action) is None for state in set(State) - LIVE)


@pytest.mark.parametrize(("start", "end"), [(Action.RELEASE, State.OPEN), (Action.EXPIRE, State.OPEN)])
def test_a_claim_ends_where_it_began(start: Action, end: State) -> None:
    assert [(state, after(state, start)) for state in State if after(state, start)] == [(State.CLAIMED, end)]


@pytest.mark.parametrize("state", [State.OPEN, State.CLAIMED])
def test_escalating_leaves_a_mention_where_it_stands(state: State) -> None:
    assert after(state, Action.ESCALATE) is state


@pytest.mark.parametrize("state", State)
def test_people_are_offered_what_is_possible_and_nothing_else(state: State) -> None:
    possible = {action for action in Action if after(state, action) is not None}
    offered = available(state)
    assert set(offered) == possible - OURS
    assert len(set(offered)) == len(offered)


def test_a_mention_that_is_not_in_a_channel_yet_offers_nothing() -> None:
    assert available(State.NEW) == available(State.JUDGED) == ()


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.OPEN, (Action.CLAIM, Action.ANSWER, Action.ESCALATE)),
        (State.CLAIMED, (Action.ANSWER, Action.ESCALATE)),
        (State.SNOOZED, (Action.CLAIM, Action.ANSWER)),
    ],
)
def test_the_buttons_of_a_card_come_first(state: State, buttons: tuple[Action, ...]) -> None:
    assert available(state)[: len(buttons)] == buttons


def test_while_it_is_claimed_all_but_escalating_is_its_owners() -> None:
    assert set(available(State.CLAIMED)) - OWNERS_ONLY == {Action.ESCALATE, Action.ACKNOWLEDGE}


@given(actions=st.lists(st.sampled_from(Action), max_size=40))
def test_whatever_people_and_clocks_do_a_mention_is_closed_only_by_a_decision(actions: list[Action]) -> None:
    state, closed_by = State.NEW, None
    for action in actions:
        following = after(state, action)
        if following is None:
            continue
        state = following
        closed_by = action if state in CLOSED else None
    decisions = {Action.ANSWER, Action.ANSWER_ELSEWHERE, Action.LET_STAND, Action.MONITOR, Action.DISMISS}
    assert (closed_by in decisions) == (state in CLOSED)
