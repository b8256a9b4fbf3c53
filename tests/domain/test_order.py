"""Service orders: P7.9-8 and P7.9-8.1 of the manual, rules SO-1 to SO-16."""

from decimal import Decimal

import pytest

from caseledger.domain.order.commands import DispatchOrder, RequestOrder
from caseledger.domain.order.events import (
    OrderArrived,
    OrderCalledBack,
    OrderCompleted,
    OrderDispatched,
    OrderEnded,
    OrderReceived,
    OrderRequested,
    PriceAgreed,
)
from caseledger.domain.refusal import WrongState, WrongTime
from caseledger.domain.values import Satisfaction
from tests.domain.orders import (
    CASE,
    DAY,
    DONE,
    ON_SITE,
    arrive,
    call_back,
    complete,
    dispatch,
    end,
    price,
    receive,
    request,
)
from tests.domain.story import CENTER, at, given, happened


class TestTheOnePath:
    def test_request_is_taken_in_with_a_number_and_its_words_are_sealed_under_the_customer(self) -> None:
        given().when(
            request(
                category="water",
                channel="phone",
                priority="urgent",
                effort="light",
                estate="garden",
                area="north",
                unit="unit:3-201",
                customer="customer:li",
                contact="李女士 13800000000",
                content="水龙头漏水",
            )
        ).then(
            happened(
                OrderRequested,
                number="SZ01-SO-202603-0001",
                category="water",
                turn=1,
                contact="李女士 13800000000",
                content="水龙头漏水",
                arrival_due_at=None,
                arrival_agreed=False,
            )
        ).then_known(status="requested", is_open=True, requested__contact__subject="customer:li", center=CENTER)

    def test_words_of_an_unknown_customer_are_sealed_under_the_order(self) -> None:
        given().when(request(content="换灯泡")).then_known(requested__content__subject=CASE)

    def test_price_is_told_and_agreed(self) -> None:
        given(request()).when(price("80.00")).then(
            happened(PriceAgreed, price=1, turn=1, basis="posted", amount=Decimal("80.00"))
        ).then_known(status="requested")

    def test_a_later_price_for_more_work_counts_on(self) -> None:
        given(request(), price("80")).when(price("120", f"{DAY} 10:00")).then(happened(PriceAgreed, price=2))

    def test_dispatch_goes_to_a_technician_with_its_planned_time(self) -> None:
        given(request()).when(dispatch(planned_completion_at=at(f"{DAY} 12:00"))).then(
            happened(OrderDispatched, dispatch=1, turn=1, to_kind="technician", to="staff:wang", arrival_due_at=None)
        ).then_known(status="dispatched", dispatch__planned_completion_at=at(f"{DAY} 12:00"))

    def test_technician_has_thirty_minutes_from_the_receipt(self) -> None:
        given(request(), dispatch()).when(receive(f"{DAY} 09:15")).then(
            happened(OrderReceived, receipt=1, dispatch=1, arrival_due_at=at(f"{DAY} 09:45"), arrival_agreed=False)
        ).then_known(status="received", turn__first_received_at=at(f"{DAY} 09:15"))

    def test_arrival_is_recorded(self) -> None:
        given(request(), dispatch(), receive()).when(arrive()).then(
            happened(OrderArrived, arrival=1, dispatch=1, turn=1)
        ).then_known(status="arrived", turn__first_arrived_at=at(f"{DAY} 09:40"))

    def test_completion_is_tested_signed_rated_and_sets_the_time_of_the_callback(self) -> None:
        # SO-11: two days are calendar days; the second day after Monday ends with Wednesday
        given(*ON_SITE, price("80", f"{DAY} 09:45")).when(
            complete(
                rating="basically_satisfied",
                fee="75.50",
                work_started_at=at(f"{DAY} 09:50"),
                work_minutes=35,
                material_from="company",
                material="水龙头一个",
            )
        ).then(
            happened(
                OrderCompleted,
                turn=1,
                qualified=True,
                rating=Satisfaction.BASICALLY_SATISFIED,
                fee=Decimal("75.50"),
                material="水龙头一个",
                work_minutes=35,
                callback_due_at=at("2026-03-04 23:59:59.999999"),
            )
        ).then_known(
            status="completed",
            turn__completed_at=at(f"{DAY} 10:30"),
            turn__fee=Decimal("75.50"),
            turn__qualified=True,
            turn__work_started_at=at(f"{DAY} 09:50"),
        )

    def test_callback_asks_for_time_manners_quality_and_further_needs(self) -> None:
        given(*DONE).when(
            call_back(timely=True, manners_satisfied=True, quality_satisfied=True, further_needs="下周换锁")
        ).then(
            happened(OrderCalledBack, callback=1, turn=1, by_visit=False, satisfied=True, further_needs="下周换锁")
        ).then_known(status="called_back", callback__satisfied=True)

    def test_order_ends_after_its_callback(self) -> None:
        given(*DONE, call_back()).when(end()).then(
            happened(OrderEnded, turn=1, ending="after_callback", explanation=None)
        ).then_known(status="ended", is_open=False, ended_at=at("2026-03-03 11:00"))

    def test_order_may_end_outside_the_sample(self) -> None:
        given(*DONE).when(end(not_sampled=True)).then(happened(OrderEnded, ending="not_sampled"))

    def test_order_may_end_with_an_explanation_at_any_step(self) -> None:
        given(request()).when(end(explanation="顾客取消")).then(
            happened(OrderEnded, ending="with_explanation", explanation="顾客取消")
        )


class TestOrderOfSteps:
    def test_receipt_follows_a_dispatch(self) -> None:
        given(request()).when(receive()).then_refused(rule="SO-4", kind=WrongState)

    def test_dispatch_is_received_once(self) -> None:
        given(request(), dispatch(), receive()).when(receive(f"{DAY} 09:20")).then_refused(rule="SO-6", kind=WrongState)

    def test_arrival_follows_a_receipt_and_happens_once(self) -> None:
        given(request(), dispatch()).when(arrive()).then_refused(rule="SO-6", says="not received")
        given(*ON_SITE).when(arrive(f"{DAY} 09:50")).then_refused(rule="SO-6", says="recorded already")

    def test_completion_follows_an_arrival(self) -> None:
        given(request(), dispatch(), receive()).when(complete()).then_refused(rule="SO-8", says="nobody has arrived")

    def test_work_is_completed_once(self) -> None:
        given(*DONE).when(complete(f"{DAY} 11:00")).then_refused(rule="SO-8", kind=WrongState)
        given(*DONE).when(dispatch(f"{DAY} 11:00")).then_refused(rule="SO-4", kind=WrongState)

    def test_callback_follows_the_completion_and_happens_once(self) -> None:
        given(*ON_SITE).when(call_back()).then_refused(rule="SO-11", says="not completed")
        given(*DONE, call_back()).when(call_back("2026-03-03 10:30")).then_refused(
            rule="SO-11", says="been called back"
        )

    def test_nothing_follows_the_end(self) -> None:
        given(*DONE, call_back(), end()).when(end("2026-03-03 12:00")).then_refused(
            rule="SO-11", kind=WrongState, where="case"
        )

    @pytest.mark.parametrize(
        ("before", "ask"),
        [
            ((request(),), dispatch(f"{DAY} 08:59")),
            ((request(),), price("5", f"{DAY} 08:59")),
            ((request(), price("5")), price("6", f"{DAY} 09:04")),
            ((request(), dispatch()), receive(f"{DAY} 09:09")),
            ((request(), dispatch()), dispatch(f"{DAY} 09:09")),
            ((request(), dispatch(), receive()), arrive(f"{DAY} 09:14")),
            (ON_SITE, dispatch(f"{DAY} 09:39")),
            (ON_SITE, complete(f"{DAY} 09:39")),
            (DONE, call_back(f"{DAY} 10:29")),
            (DONE, end(f"{DAY} 10:29", not_sampled=True)),
            ((*DONE, call_back()), end("2026-03-03 09:59")),
        ],
    )
    def test_no_step_lies_before_the_one_it_follows(self, before: tuple[RequestOrder], ask: DispatchOrder) -> None:
        given(*before).when(ask, now="2026-03-03 10:00").then_refused(rule="time", kind=WrongTime, where="occurred_at")

    @pytest.mark.parametrize("started", ["09:40", "10:30"])
    def test_work_may_start_with_the_arrival_or_be_done_at_once(self, started: str) -> None:
        given(*ON_SITE).when(complete(work_started_at=at(f"{DAY} {started}"))).then(
            happened(OrderCompleted, work_started_at=at(f"{DAY} {started}"))
        )

    @pytest.mark.parametrize("started", ["09:39", "10:31"])
    def test_work_starts_between_arrival_and_completion(self, started: str) -> None:
        given(*ON_SITE).when(complete(work_started_at=at(f"{DAY} {started}"))).then_refused(
            rule="time", kind=WrongTime, where="work_started_at"
        )

    def test_nothing_lies_in_the_future_or_is_recorded_late_without_a_reason(self) -> None:
        given().when(request("2026-03-02 09:00"), now="2026-03-02 08:59").then_refused(rule="time", kind=WrongTime)
        given().when(request("2026-03-01 08:59"), now="2026-03-02 09:00").then_refused(
            rule="WL-5", kind=WrongTime, where="late_reason"
        )
        given().when(request("2026-03-01 08:59", late_reason="night_slip"), now="2026-03-02 09:00").then(
            happened(OrderRequested)
        )
