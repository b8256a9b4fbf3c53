"""How states grow: each into a copy, quicker than the standard library's and no different; each event has its way."""

import dataclasses
from dataclasses import FrozenInstanceError

import pytest

from caseledger.adapters.testing import accept, assess, dispatch, given, happened
from caseledger.domain.event import Event
from caseledger.domain.growth import replace
from caseledger.domain.opinion import evolve as opinion
from caseledger.domain.opinion.events import OPINION_EVENTS, OpinionAccepted, OpinionDispatched
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.order import state as order
from caseledger.domain.order.events import ORDER_EVENTS, OrderRequested
from caseledger.domain.survey import state as survey
from caseledger.domain.survey.events import SURVEY_EVENTS, FormApproved


def an_opinion() -> OpinionState:
    story = given(accept(), assess()).when(dispatch()).then(happened(OpinionDispatched))
    assert isinstance(story.state, OpinionState)
    return story.state


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(OpinionState)])
def test_a_state_grows_as_the_standard_library_says(field: str) -> None:
    state = an_opinion()
    given_value = {field: ("another", field)}
    grown = replace(state, **given_value)  # type: ignore[arg-type]  # any value will do here
    assert grown == dataclasses.replace(state, **given_value)  # type: ignore[arg-type]  # as above
    assert grown != state
    assert state == an_opinion()


def test_what_has_grown_is_as_frozen_as_before() -> None:
    state = replace(an_opinion(), comments=3)
    with pytest.raises(FrozenInstanceError):
        state.comments = 4  # type: ignore[misc]  # that it cannot be set is what is tested


def test_a_state_grows_no_new_fields() -> None:
    with pytest.raises(TypeError, match="OpinionState has no field colour, mood"):
        replace(an_opinion(), comments=1, mood="good", colour="red")  # type: ignore[call-arg]  # the checker says so too


@pytest.mark.parametrize(
    ("first", "events", "grows"),
    [
        (OpinionAccepted, OPINION_EVENTS, opinion.GROWS),
        (OrderRequested, ORDER_EVENTS, order.GROWS),
        (FormApproved, SURVEY_EVENTS, survey.GROWS),
    ],
)
def test_every_event_after_the_first_adds_to_the_state(
    first: type[Event], events: tuple[type[Event], ...], grows: dict[type[Event], object]
) -> None:
    assert set(grows) == set(events) - {first}
