# The public names, for type checkers: each is said as itself, which re-exports it. `__init__.py` finds the same ones.
# ruff: noqa: I001 - one statement for each module, though its names have aliases

from .adapters import doctor as _doctor
from .adapters import policies as _policies
from .adapters.calendar import ChineseCalendar as ChineseCalendar
from .adapters.clock import Clock as Clock, RandomBytes as RandomBytes
from .adapters.commands import command_from as command_from
from .adapters.doctor import Diagnosis as Diagnosis, Finding as Finding
from .adapters.executing import ConflictError as ConflictError, Result as Result
from .adapters.facts import (
    CheckReport as CheckReport,
    Difference as Difference,
    FactsStaleError as FactsStaleError,
    Progress as Progress,
    RebuildOvertakenError as RebuildOvertakenError,
)
from .adapters.figures import Figures as Figures
from .adapters.following import (
    Follower as Follower,
    HistoryChangedError as HistoryChangedError,
    Lag as Lag,
    OvertakenError as OvertakenError,
    PassingError as PassingError,
    SetAside as SetAside,
    TargetRefusedError as TargetRefusedError,
)
from .adapters.following.errors import FollowingError as FollowingError
from .adapters.history import Outcome as Outcome
from .adapters.importing.loading import InvalidMapping as InvalidMapping
from .adapters.importing.rows import UnreadableFile as UnreadableFile
from .adapters.keys import (
    Key as Key,
    KeyFileExposedError as KeyFileExposedError,
    KeyFileMissingError as KeyFileMissingError,
    KeyMissingError as KeyMissingError,
    KeyStoreError as KeyStoreError,
    SubjectErasedError as SubjectErasedError,
)
from .adapters.keystore import KeyStore as KeyStore, MemoryKeyStore as MemoryKeyStore
from .adapters.ledger import Ledger as Ledger
from .adapters.policies import BadPolicy as BadPolicy
from .adapters.replaying import Replay as Replay
from .adapters.store.errors import (
    AccessRefusedError as AccessRefusedError,
    AppendOnlyError as AppendOnlyError,
    ClosedError as ClosedError,
    ConnectionLostError as ConnectionLostError,
    DamagedError as DamagedError,
    DeadlockError as DeadlockError,
    DiskFullError as DiskFullError,
    DriverMissingError as DriverMissingError,
    EventTooLargeError as EventTooLargeError,
    ForbiddenRowError as ForbiddenRowError,
    ForeignConnectionError as ForeignConnectionError,
    ForkedError as ForkedError,
    LedgerFormatError as LedgerFormatError,
    LedgerIncompleteError as LedgerIncompleteError,
    LedgerMissingError as LedgerMissingError,
    LedgerOutdatedError as LedgerOutdatedError,
    LedgerSettingsError as LedgerSettingsError,
    LedgerUnwritableError as LedgerUnwritableError,
    LockTimeoutError as LockTimeoutError,
    NotALedgerError as NotALedgerError,
    NotAllowedError as NotAllowedError,
    NoTransactionError as NoTransactionError,
    ReadOnlyError as ReadOnlyError,
    StaleTransactionError as StaleTransactionError,
    StoreError as StoreError,
    TransactionBrokenError as TransactionBrokenError,
    TroubleError as TroubleError,
    UnsupportedDatabaseError as UnsupportedDatabaseError,
)
from .adapters.vault import SealBrokenError as SealBrokenError
from .adapters.within import Within as Within
from .domain.catalogue import COMMANDS as COMMANDS, EVENTS as EVENTS
from .domain.center import (
    AdoptPolicy as AdoptPolicy,
    RegisterCenter as RegisterCenter,
    ReportEstateHouseholds as ReportEstateHouseholds,
    ReportHouseholds as ReportHouseholds,
)
from .domain.center_events import Estate as Estate
from .domain.clocks import Calendar as Calendar
from .domain.command import Command as Command
from .domain.event import Actor as Actor, Event as Event, PolicyRef as PolicyRef, Recorded as Recorded
from .domain.opinion.alert_events import AlertReason as AlertReason
from .domain.opinion.alerts import (
    ConfirmAlert as ConfirmAlert,
    DeclareEscalationRisk as DeclareEscalationRisk,
    DismissAlert as DismissAlert,
    ForwardAlert as ForwardAlert,
    RaiseAlert as RaiseAlert,
    SubmitAlertPlan as SubmitAlertPlan,
)
from .domain.opinion.approval import ReferPlan as ReferPlan
from .domain.opinion.attachments import AttachToOpinion as AttachToOpinion
from .domain.opinion.commands import (
    AcceptOpinion as AcceptOpinion,
    ApprovePlan as ApprovePlan,
    AssessOpinion as AssessOpinion,
    CallBackOpinion as CallBackOpinion,
    CommentOnOpinion as CommentOnOpinion,
    DispatchOpinion as DispatchOpinion,
    EndOpinion as EndOpinion,
    FinishHandling as FinishHandling,
    FollowUpOpinion as FollowUpOpinion,
    ProposePlan as ProposePlan,
    RespondToOpinion as RespondToOpinion,
    ReturnPlan as ReturnPlan,
    TransferOpinion as TransferOpinion,
)
from .domain.opinion.company import ReportBack as ReportBack
from .domain.opinion.corrections import (
    CorrectAssessment as CorrectAssessment,
    CorrectCallback as CorrectCallback,
    CorrectOpinion as CorrectOpinion,
    Detail as Detail,
)
from .domain.opinion.corrective import RecordCorrectiveAction as RecordCorrectiveAction
from .domain.opinion.deadlines import AgreeTime as AgreeTime, AskedBy as AskedBy, ConfirmDeadlines as ConfirmDeadlines
from .domain.opinion.duty import (
    HandOverOpinion as HandOverOpinion,
    ReportMajor as ReportMajor,
    TellDutyStaff as TellDutyStaff,
)
from .domain.opinion.investigation import InvestigateOpinion as InvestigateOpinion, ReportProgress as ReportProgress
from .domain.opinion.merging import MergeOpinion as MergeOpinion, NoteSecondComplaint as NoteSecondComplaint
from .domain.opinion.not_ours import ExplainNotOurs as ExplainNotOurs, ReviewNotOurs as ReviewNotOurs
from .domain.opinion.parties import InformParty as InformParty, TrackParty as TrackParty
from .domain.opinion.platform import (
    IssueSolution as IssueSolution,
    MakeContact as MakeContact,
    StartWork as StartWork,
    SubmitSolution as SubmitSolution,
)
from .domain.opinion.repetition import TreatAsUnsatisfied as TreatAsUnsatisfied
from .domain.opinion.steps import Step as Step
from .domain.opinion.suggestions import DecideSuggestion as DecideSuggestion
from .domain.opinion.timing import Verdict as Verdict
from .domain.opinion.words import (
    ActionKind as ActionKind,
    AlertLevel as AlertLevel,
    CorrectiveReason as CorrectiveReason,
    Kind as Kind,
    Level as Level,
    Receiver as Receiver,
    Severity as Severity,
    Validity as Validity,
)
from .domain.order.commands import (
    AgreePrice as AgreePrice,
    ArriveForOrder as ArriveForOrder,
    CallBackOrder as CallBackOrder,
    CompleteOrder as CompleteOrder,
    DispatchOrder as DispatchOrder,
    EndOrder as EndOrder,
    ReceiveOrder as ReceiveOrder,
    RequestOrder as RequestOrder,
)
from .domain.order.words import (
    Effort as Effort,
    MaterialFrom as MaterialFrom,
    PriceBasis as PriceBasis,
    Priority as Priority,
    Provider as Provider,
)
from .domain.personal import Erased as Erased
from .domain.policy import (
    AlertRule as AlertRule,
    AlertRules as AlertRules,
    Approval as Approval,
    Bilingual as Bilingual,
    Circumstance as Circumstance,
    CorrectiveRule as CorrectiveRule,
    Likeness as Likeness,
    Limit as Limit,
    Policy as Policy,
    Repetition as Repetition,
    ShareRule as ShareRule,
    SolutionLimits as SolutionLimits,
    SurveyMethod as SurveyMethod,
    Target as Target,
    Unit as Unit,
    WeeklySummary as WeeklySummary,
)
from .domain.refusal import (
    AlreadyExists as AlreadyExists,
    CommandReused as CommandReused,
    InvalidCommand as InvalidCommand,
    MissingDetail as MissingDetail,
    NoPolicy as NoPolicy,
    NotAuthorised as NotAuthorised,
    Refused as Refused,
    UnknownCase as UnknownCase,
    UnknownCode as UnknownCode,
    UnknownCommand as UnknownCommand,
    WrongState as WrongState,
    WrongTime as WrongTime,
)
from .domain.reviewing import ReviewOpinions as ReviewOpinions, SignGroupSummary as SignGroupSummary
from .domain.survey.commands import (
    ApproveSurveyForm as ApproveSurveyForm,
    CloseSurvey as CloseSurvey,
    DistributeSurvey as DistributeSurvey,
    FormItem as FormItem,
    ItemCount as ItemCount,
    RecordSurveyCounts as RecordSurveyCounts,
    ReturnSurveyForm as ReturnSurveyForm,
)
from .domain.survey.words import Scope as Scope
from .domain.values import (
    Channel as Channel,
    LateReason as LateReason,
    Role as Role,
    Satisfaction as Satisfaction,
    Way as Way,
)
from .projections import vocabulary as _vocabulary
from .projections.reports.alerts import AlertPoints as AlertPoints
from .projections.reports.callbacks import CallbackRates as CallbackRates
from .projections.reports.cases import CaseFound as CaseFound
from .projections.reports.corrective import CorrectiveCall as CorrectiveCall
from .projections.reports.due import DueStep as DueStep
from .projections.reports.monthly import MonthlyOpinions as MonthlyOpinions
from .projections.reports.surveys import SurveyRates as SurveyRates
from .projections.reports.timeliness import ClockRan as ClockRan, Timeliness as Timeliness
from .projections.reports.trail import TrailEntry as TrailEntry
from .projections.vocabulary import Column as Column

__version__: str

Declaration = _vocabulary.Facts
FindingSeverity = _doctor.Severity
load_policy = _policies.load
