"""Centers: master data, households, and which policy is in force on a day."""

from datetime import date

import pytest
from pydantic import ValidationError

from caseledger.domain.center import AdoptPolicy, RegisterCenter, ReportHouseholds
from caseledger.domain.center_events import CenterRegistered, Estate, HouseholdsReported, PolicyAdopted
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import AlreadyExists, MissingDetail, NoPolicy, UnknownCase, WrongTime
from caseledger.domain.register import number_of, register_of
from tests.domain.story import CENTER, W08, Anything, Story, do, given, happened, home

ESTATES = (Estate(id="garden", label="花园", areas=("north", "south")),)


def register(**fields: Anything) -> RegisterCenter:
    told: dict[str, Anything] = {
        "label": "一号管理服务中心",
        "estates": ESTATES,
        "total_households": 400,
        "resident_households": 300,
    } | fields
    return do(RegisterCenter, "2025-12-01 09:00", by="qa", center=CENTER, **told)


def adopt(policy: Policy, **fields: Anything) -> AdoptPolicy:
    return do(AdoptPolicy, "2025-12-01 10:00", by="qa", center=CENTER, policy=policy, **fields)


def nowhere(*steps: Anything) -> Story:
    return given(*steps, at_home=())


def version(number: str, start: date) -> Policy:
    return W08.model_copy(update={"version": number, "in_force_from": start})


class TestRegistration:
    def test_center_comes_with_its_estates_households_and_time_zone(self) -> None:
        nowhere().when(register()).then(
            happened(
                CenterRegistered,
                center=CENTER,
                estates=ESTATES,
                total_households=400,
                resident_households=300,
                time_zone="Asia/Shanghai",
            )
        ).then_known(id=CENTER, zone__key="Asia/Shanghai", policies=())

    def test_center_is_registered_once(self) -> None:
        nowhere(register()).when(register()).then_refused(rule="ids", kind=AlreadyExists, where="center")

    def test_no_more_households_are_resident_than_there_are(self) -> None:
        nowhere().when(register(resident_households=401)).then_refused(
            rule="SV-2", kind=MissingDetail, where="resident_households"
        )
        nowhere().when(register(resident_households=400)).then(happened(CenterRegistered))

    @pytest.mark.parametrize("wrong", [{"time_zone": "Asia/Shenzhen"}, {"time_zone": "../etc"}, {"time_zone": ""}])
    def test_time_zone_is_one_that_exists(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValidationError, match="is not a time zone"):
            register(**wrong)

    @pytest.mark.parametrize("wrong", [{"estates": ()}, {"total_households": -1}, {"label": " "}])
    def test_center_without_estate_name_or_households_is_refused(self, wrong: dict[str, Anything]) -> None:
        with pytest.raises(ValidationError):
            register(**wrong)

    def test_center_is_not_registered_in_the_future(self) -> None:
        nowhere().when(register(), now="2025-12-01 08:59").then_refused(rule="time", kind=WrongTime)


class TestHouseholds:
    def test_new_numbers_replace_the_old(self) -> None:
        report = do(ReportHouseholds, "2026-01-05 09:00", center=CENTER, total_households=420, resident_households=350)
        nowhere(register()).when(report).then(
            happened(HouseholdsReported, total_households=420, resident_households=350)
        ).then_known(total_households=420, resident_households=350)

    def test_new_numbers_must_be_possible_too(self) -> None:
        report = do(ReportHouseholds, "2026-01-05 09:00", center=CENTER, total_households=10, resident_households=11)
        nowhere(register()).when(report).then_refused(rule="SV-2", where="resident_households")

    def test_unknown_center_reports_and_adopts_nothing(self) -> None:
        report = do(ReportHouseholds, "2026-01-05 09:00", center=CENTER, total_households=10, resident_households=1)
        for ask in (report, adopt(W08)):
            nowhere().when(ask).then_refused(rule="center", kind=UnknownCase, where="center")


class TestPolicies:
    def test_policy_is_adopted_with_its_full_values_from_its_own_day(self) -> None:
        nowhere(register()).when(adopt(W08)).then(
            happened(PolicyAdopted, in_force_from=date(2023, 8, 1), policy=W08, digest=W08.ref.digest)
        )

    def test_center_may_begin_on_another_day(self) -> None:
        nowhere(register()).when(adopt(W08, in_force_from=date(2026, 1, 1))).then(
            happened(PolicyAdopted, in_force_from=date(2026, 1, 1))
        )

    def test_policy_of_a_day_is_the_latest_in_force_and_of_two_the_one_adopted_last(self) -> None:
        tenth, eleventh, revised = (
            version("10", date(2023, 8, 1)),
            version("11", date(2026, 1, 1)),
            version("11a", date(2026, 1, 1)),
        )
        center = nowhere(register(), adopt(eleventh), adopt(revised), adopt(tenth)).state
        assert center.policy_on(date(2025, 12, 31)).version == "10"
        assert center.policy_on(date(2026, 1, 1)).version == "11a"
        assert center.policy_by(eleventh.ref.digest).version == "11"

    def test_day_before_every_policy_has_none(self) -> None:
        center = nowhere(register(), adopt(W08)).state
        with pytest.raises(NoPolicy, match="no policy in force on 2023-07-31") as told:
            center.policy_on(date(2023, 7, 31))
        assert told.value.rule == "policy"

    def test_change_of_any_value_changes_the_digest(self) -> None:
        assert W08.ref == Policy.model_validate(W08.values).ref
        assert W08.model_copy(update={"follow_ups": 3}).ref.digest != W08.ref.digest


class TestNumbers:
    def test_number_shows_center_kind_month_and_serial(self) -> None:
        assert number_of(CENTER, "opinion", date(2026, 3, 31), 7) == "SZ01-OP-202603-0007"
        assert number_of(CENTER, "order", date(2026, 3, 31), 12345) == "SZ01-SO-202603-12345"
        assert number_of(CENTER, "survey", date(2026, 12, 1), 1) == "SZ01-SV-202612-0001"

    def test_each_center_kind_and_month_has_its_register(self) -> None:
        assert register_of(CENTER, "opinion", date(2026, 3, 31)) == "register:sz01:opinion:202603"

    def test_longest_register_name_is_still_an_id(self) -> None:
        assert len(register_of("center:" + "a" * 24, "opinion", date(2026, 3, 31))) <= 64


def test_events_that_belong_to_no_center_leave_it_as_it_is() -> None:
    assert given().states["center"].policies[0][1] == W08
    assert nowhere(*home()[1:]).states["center"] is None
