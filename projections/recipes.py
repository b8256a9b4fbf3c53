"""The printed figures as SQL over the views, for the data dictionary; a test runs each and compares it with its report.

Parameters: `:month`, a local month such as `2026-03`; `:as_of`, the moment of judgement as UTC text of the tables'
width. Everything here means the same on SQLite, PostgreSQL and MariaDB.
"""

from __future__ import annotations

from typing import Final

_TIMELINESS: Final = """\
select clock, center,
  case
    when due_at is null then 'without_target'
    when done_at <= :as_of and done_at <= due_at then 'in_time'
    when done_at <= :as_of then 'late'
    when ended_at <= :as_of and ended_at <= due_at then 'lapsed'
    when due_at < :as_of then 'overdue'
    else 'running'
  end as verdict,
  count(*) as clocks
from report_timeliness
where month = :month and started_at <= :as_of
  and (void_at is null or void_at > :as_of or void_at > due_at)
group by 1, 2, 3
order by 1, 2, 3"""

_MONTHLY: Final = """\
select center,
  count(*) as accepted,
  count(case when kind = 'inquiry' then 1 end) as inquiries,
  count(case when kind = 'suggestion' then 1 end) as suggestions,
  count(case when kind = 'complaint' then 1 end) as complaints,
  count(case when kind = 'praise' then 1 end) as praise,
  count(case when validity = 'valid' and assessed_at <= :as_of then 1 end) as valid,
  count(case when validity = 'invalid' and assessed_at <= :as_of then 1 end) as invalid,
  count(case when validity = 'third_party' and assessed_at <= :as_of then 1 end) as third_party,
  count(case when kind = 'complaint' and (assessed_at is null or assessed_at > :as_of) then 1 end) as not_judged,
  count(case when must_call_back = 'yes' and assessed_at <= :as_of and first_finished_at <= :as_of then 1 end)
    as to_call_back,
  count(case when must_call_back = 'yes' and assessed_at <= :as_of and first_finished_at <= :as_of
    and called_back_at <= :as_of then 1 end) as called_back,
  count(case when rehandled_at <= :as_of then 1 end) as rehandled,
  count(case when ended_at <= :as_of then 1 end) as ended
from report_monthly_opinions
where month = :month and accepted_at <= :as_of
group by center
order by center"""

_BALANCE: Final = """\
select center,
  count(case when month < :month and (ended_at is null or ended_at > :as_of or ended_month >= :month) then 1 end)
    as carried_over,
  count(case when ended_at is null or ended_at > :as_of or ended_month > :month then 1 end) as open_at_month_end
from report_monthly_opinions
where month <= :month and accepted_at <= :as_of
group by center
order by center"""

_OPEN_AND_OVERDUE: Final = """\
select center, count(distinct case_id) as overdue
from report_timeliness
where (clock in ('response', 'callback') or (clock in ('plan', 'handling') and turn = 1))
  and month <= :month and (ended_at is null or ended_at > :as_of)
  and due_at < :as_of and (done_at is null or done_at > :as_of)
  and started_at <= :as_of and (void_at is null or void_at > :as_of or void_at > due_at)
group by center
order by center"""

_ANSWERS: Final = """\
select o.center,
  count(c.handled_in_time) as timely_answers,
  count(case when c.handled_in_time then 1 end) as timely,
  count(c.outcome_satisfied) as outcome_answers,
  count(case when c.outcome_satisfied then 1 end) as outcome,
  count(c.attitude_satisfied) as attitude_answers,
  count(case when c.attitude_satisfied then 1 end) as attitude
from report_monthly_opinions o join fact_callbacks c on c.case_id = o.case_id
where o.month = :month and c.called_at <= :as_of
group by o.center
order by o.center"""

_CALLBACKS: Final = """\
select subject, center,
  count(*) as to_call_back,
  count(case when called_back_at <= :as_of then 1 end) as called_back,
  count(case when called_back_at <= :as_of and by_visit then 1 end) as visits
from report_callback_rates
where month = :month and owed_from <= :as_of
group by subject, center
order by subject, center"""

_ALERTS: Final = """\
select center,
  count(case when level = 'blue' then 1 end) as blue,
  count(case when level = 'yellow' then 1 end) as yellow,
  count(case when level = 'red' then 1 end) as red,
  sum(points) as points
from report_alert_points
where month = :month
group by center
order by center"""

_CORRECTIVE: Final = """\
select r.number, r.reason, r.called_at, r.by_case
from report_corrective_actions r
where r.taken_at is null
order by r.called_at, r.case_id, r.call"""

_SURVEYS: Final = """\
select number, item, satisfied, basically_satisfied, unsatisfied, numerator, denominator, percent
from report_survey_rates
where month = :month
order by center, number, case when place = 0 then 1 else 0 end, place"""

_OF_OVERDUE: Final = """\
`overdue` of the monthly analysis, cases and not clocks: those still open at the moment, of this month or carried over,
of which a clock of the flow is past its time. `report timeliness` counts clocks, of the month's cases, ended or not:"""

_OF_TIMELINESS: Final = """\
`caseledger report timeliness`, one moment throughout. Its rates divide `in_time` by in time and late
(`in_time_of_done`), by these and overdue (`in_time_of_due`), by all but `without_target` (`in_time_of_all`). For the
clocks behind a figure select `number` instead of `count(*)`, without `group by`:"""

RECIPES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "report_monthly_opinions": (
        ("`caseledger report monthly`, what is counted of the month's opinions:", _MONTHLY),
        ("What was open at the month's start and at its end:", _BALANCE),
        (_OF_OVERDUE, _OPEN_AND_OVERDUE),
        ("The answers to the three questions of the callbacks:", _ANSWERS),
    ),
    "report_timeliness": ((_OF_TIMELINESS, _TIMELINESS),),
    "report_callback_rates": (("`caseledger report callbacks`; visits are asked for with orders only:", _CALLBACKS),),
    "report_alert_points": (("`caseledger report alerts`:", _ALERTS),),
    "report_corrective_actions": (("`caseledger report corrective --waiting`:", _CORRECTIVE),),
    "report_survey_rates": (("`caseledger report surveys`; the total is last:", _SURVEYS),),
}
"""By view: what the SQL answers, and the SQL."""
