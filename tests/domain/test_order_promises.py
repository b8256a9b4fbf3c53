"""Service orders: when somebody must be there, and what it may cost (SO-6, SO-2)."""

from decimal import Decimal

import pytest

from caseledger.domain.order.events import OrderArrived, OrderCompleted, OrderDispatched, OrderReceived, OrderRequested
from caseledger.domain.refusal import MissingDetail, WrongState, WrongTime
from tests.domain.orders import DAY, DONE, ON_SITE, arrive, complete, dispatch, price, receive, request
from tests.domain.story import W08, at, given, happened


class TestArrival:
    """SO-6: thirty minutes, five where urgent, or the agreed time."""

    def test_urgent_order_leaves_five_minutes(self) -> None:
        given(request(priority="urgent"), dispatch()).when(receive(f"{DAY} 09:15")).then(
            happened(OrderReceived, arrival_due_at=at(f"{DAY} 09:20"))
        )

    @pytest.mark.parametrize("priority", ["urgent", "ordinary", "can_wait"])
    def test_time_agreed_at_the_request_replaces_the_limit(self, priority: str) -> None:
        agreed = at("2026-03-03 14:00")
        given(request(priority=priority, agreed_arrival_at=agreed), dispatch()).when(receive()).then(
            happened(OrderReceived, arrival_due_at=agreed, arrival_agreed=True)
        ).then_known(turn__arrival_due_at=agreed, turn__arrival_agreed=True)

    def test_time_agreed_since_the_request_is_set_at_dispatch(self) -> None:
        agreed = at("2026-03-03 14:00")
        given(request(priority="can_wait")).when(dispatch(agreed_arrival_at=agreed)).then(
            happened(OrderDispatched, arrival_due_at=agreed, arrival_agreed=True, arrival_due_early=False)
        )

    def test_dispatch_repeats_the_time_agreed_at_the_request(self) -> None:
        agreed = at("2026-03-03 14:00")
        given(request(agreed_arrival_at=agreed)).when(dispatch()).then(
            happened(OrderDispatched, arrival_due_at=agreed, arrival_agreed=True)
        )

    def test_order_that_can_wait_needs_an_agreed_time_by_its_dispatch(self) -> None:
        given(request(priority="can_wait")).when(dispatch()).then_refused(
            rule="SO-6", kind=MissingDetail, where="agreed_arrival_at"
        )

    def test_second_agreed_time_is_refused(self) -> None:
        given(request(agreed_arrival_at=at("2026-03-03 14:00"))).when(
            dispatch(agreed_arrival_at=at("2026-03-03 15:00"))
        ).then_refused(rule="SO-6", kind=WrongState, where="agreed_arrival_at")

    def test_order_handed_on_keeps_the_time_of_the_first_receipt(self) -> None:
        second = dispatch(f"{DAY} 09:25", to="staff:zhao")
        given(request(), dispatch(), receive(f"{DAY} 09:15"), second).when(receive(f"{DAY} 09:30")).then(
            happened(OrderReceived, dispatch=2, receipt=2, arrival_due_at=at(f"{DAY} 09:45"))
        ).then_known(receipts=2, turn__first_received_at=at(f"{DAY} 09:15"), dispatch__to="staff:zhao")

    def test_each_dispatch_keeps_its_own_times(self) -> None:
        story = given(*ON_SITE, dispatch(f"{DAY} 09:50", to="staff:zhao"), receive(f"{DAY} 09:55")).when(
            arrive(f"{DAY} 10:10")
        )
        story.then(happened(OrderArrived, arrival=2, dispatch=2)).then_known(turn__first_arrived_at=at(f"{DAY} 09:40"))
        assert [(sent.number, sent.received_at, sent.arrived_at) for sent in story.state.dispatches] == [
            (1, at(f"{DAY} 09:15"), at(f"{DAY} 09:40")),
            (2, at(f"{DAY} 09:55"), at(f"{DAY} 10:10")),
        ]

    def test_policy_without_clocks_sets_no_time(self) -> None:
        free = W08.model_copy(update={"arrival": None, "order_callback": None})
        given(request(), dispatch(), under=free).when(receive()).then(happened(OrderReceived, arrival_due_at=None))
        handed_on = (dispatch(), receive(), dispatch(f"{DAY} 09:20", to="staff:zhao"))
        given(request(), *handed_on, under=free).when(receive(f"{DAY} 09:25")).then(
            happened(OrderReceived, receipt=2, arrival_due_at=None)
        )
        given(request(), dispatch(), receive(), arrive(), under=free).when(complete()).then(
            happened(OrderCompleted, callback_due_at=None)
        )

    def test_agreed_time_before_it_was_agreed_is_refused(self) -> None:
        given().when(request(agreed_arrival_at=at(f"{DAY} 08:59"))).then_refused(
            rule="SO-6", kind=WrongTime, where="agreed_arrival_at"
        )
        given(request()).when(dispatch(agreed_arrival_at=at(f"{DAY} 09:09"))).then_refused(
            rule="SO-6", kind=WrongTime, where="agreed_arrival_at"
        )

    def test_where_the_policy_keeps_such_a_time_it_is_flagged(self) -> None:
        lenient = W08.model_copy(update={"refuse_early_agreement": False})
        given(under=lenient).when(request(agreed_arrival_at=at(f"{DAY} 08:00"))).then(
            happened(OrderRequested, arrival_due_at=at(f"{DAY} 08:00"), arrival_due_early=True)
        )


class TestPrice:
    """SO-2: told and agreed before the work starts, at the latest on site."""

    def test_paid_work_needs_an_agreed_price(self) -> None:
        given(*ON_SITE).when(complete(fee="50")).then_refused(rule="SO-2", kind=WrongState, where="fee")

    def test_free_work_needs_none(self) -> None:
        given(*ON_SITE).when(complete(fee="0")).then(happened(OrderCompleted, fee=Decimal(0)))

    def test_price_agreed_on_site_is_early_enough(self) -> None:
        given(*ON_SITE, price("50", f"{DAY} 09:45")).when(complete(fee="50", work_started_at=at(f"{DAY} 09:45"))).then(
            happened(OrderCompleted, fee=Decimal(50))
        )

    def test_price_agreed_after_the_work_had_started_is_refused(self) -> None:
        given(*ON_SITE, price("50", f"{DAY} 10:00")).when(
            complete(fee="50", work_started_at=at(f"{DAY} 09:50"))
        ).then_refused(rule="SO-2", kind=WrongTime, where="work_started_at")

    def test_price_for_further_work_may_be_agreed_while_it_goes_on(self) -> None:
        given(*ON_SITE, price("50", f"{DAY} 09:45"), price("90", f"{DAY} 10:00")).when(
            complete(fee="90", work_started_at=at(f"{DAY} 09:50"))
        ).then(happened(OrderCompleted, fee=Decimal(90)))

    def test_price_agreed_after_the_completion_is_refused(self) -> None:
        given(*ON_SITE, price("50", f"{DAY} 09:45"), price("90", f"{DAY} 11:00")).when(
            complete(fee="90"), now=f"{DAY} 12:00"
        ).then_refused(rule="SO-2", kind=WrongTime, where="occurred_at")

    def test_price_may_be_agreed_in_the_minute_of_the_completion(self) -> None:
        given(*ON_SITE, price("50", f"{DAY} 09:45"), price("90", f"{DAY} 10:30")).when(
            complete(f"{DAY} 10:30", fee="90", work_started_at=at(f"{DAY} 09:45"))
        ).then(happened(OrderCompleted))

    def test_last_price_after_the_completion_is_told_as_such(self) -> None:
        given(*ON_SITE, price("50", f"{DAY} 09:45"), price("90", f"{DAY} 11:00")).when(
            complete(fee="90", work_started_at=at(f"{DAY} 09:45")), now=f"{DAY} 12:00"
        ).then_refused(rule="SO-2", kind=WrongTime, where="occurred_at", says="before the last price")

    def test_fee_may_fall_below_the_price_but_not_rise_above_it(self) -> None:
        given(*ON_SITE, price("50")).when(complete(fee="49.99")).then(happened(OrderCompleted))
        given(*ON_SITE, price("50")).when(complete(fee="50.01")).then_refused(rule="SO-2", kind=WrongState, where="fee")

    def test_no_price_is_agreed_once_the_work_is_done(self) -> None:
        given(*DONE).when(price("50", f"{DAY} 11:00")).then_refused(rule="SO-2", kind=WrongState)
