"""The error tree. Every error says what happened and what to do next.

MailreeveError                 exit 1
├── InputError                 exit 2   the caller's words cannot be taken as they are
├── ConfigError                exit 2   config.toml or the environment is wrong
├── LoginNeeded                exit 4   no token, a dead token, or a scope is missing
│   └── ScopeMissing           exit 4
├── GoogleError                         Google answered with an error
│   ├── GoogleRefused                   400, 403: asking again will not help
│   │   ├── ChangedMeanwhile            412, or an old etag: somebody changed it since it was read
│   │   └── AlreadyThere                409: it was made before
│   ├── NotFound                        404: the message, draft or label is gone
│   ├── HistoryExpired                  404 on history.list, 410 or an expired sync token: the cursor is too old
│   ├── QuotaSpent                      429 or a rate limit that outlasted the retries
│   ├── GoogleUnavailable               5xx or no connection, outlasting the retries
│   └── OutcomeUnknown                  a creating request lost its answer: it may have worked
├── OutboundError                       a destination outside got nothing, or perhaps nothing
│   ├── DestinationRefused              it may not be reached: nothing was sent
│   └── DestinationUnavailable          no answer in time: it may have arrived
│       └── DestinationUnreached        no connection: nothing was sent
├── ReaderError                         the language model did not help
│   ├── ReaderUnavailable               no connection, 429, 5xx, time-out
│   ├── ReaderAnswerInvalid             the answer does not fit the schema
│   └── BudgetSpent                     the run's tokens or money are used up
├── StoreError                          the database cannot be used
│   ├── AlreadyRunning                  another process holds the run
│   └── StoreTooNew                     written by a newer Mailreeve
├── GateError                           the gate refuses
│   ├── DraftChanged                    the draft is no longer what the person confirmed
│   └── NotApproved                     no valid approval for these bytes
├── NeedsPerson                exit 5   a person has to act first
└── Cancelled                  exit 130 the caller gave up or the deadline passed
    └── RunOver                     another process brought this run to its end
"""

from typing import ClassVar


class MailreeveError(Exception):
    """Root of the tree; `advice` is the next step for the person who reads it."""

    exit_code: ClassVar[int] = 1
    advice: str = ""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        if advice:
            self.advice = advice

    @property
    def message(self) -> str:
        """What happened, one sentence."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class InputError(MailreeveError):
    """The caller's words cannot be taken as they are."""

    exit_code = 2


class ConfigError(MailreeveError):
    """config.toml or the environment is wrong."""

    exit_code = 2


class LoginNeeded(MailreeveError):
    """No token, or Google no longer takes it."""

    exit_code = 4
    advice = "Run `mailreeve login`."


class ScopeMissing(LoginNeeded):
    """The person did not grant the scope that this needs."""

    advice = "Run `mailreeve login` and leave the box for this permission ticked."


class GoogleError(MailreeveError):
    """Google answered with an error."""


class GoogleRefused(GoogleError):
    """400 or 403: asking again will not help."""


class NotFound(GoogleError):
    """404: the message, thread, draft or label is gone."""


class HistoryExpired(GoogleError):
    """404 on history.list: the start id is too old, so a resync is needed."""


class ChangedMeanwhile(GoogleRefused):
    """Somebody changed it since it was read; nothing was written."""

    advice = "Look at it again, then repeat the change."


class AlreadyThere(GoogleRefused):
    """It was made before, by this very id or name."""


class QuotaSpent(GoogleError):
    """429 or a rate-limit 403 that outlasted the retries."""

    advice = "Wait a minute and run it again; finished work is kept."


class GoogleUnavailable(GoogleError):
    """5xx or no connection, outlasting the retries."""

    advice = "Check the connection and run it again; finished work is kept."


class OutcomeUnknown(GoogleError):
    """A creating request lost its answer: it may or may not have worked, and is never repeated blindly."""

    advice = "Look in Gmail before you try again."


class OutboundError(MailreeveError):
    """A destination outside did not take what was sent."""


class DestinationRefused(OutboundError):
    """It may not be reached: nothing was sent."""

    advice = "Correct its [[destination]] in config.toml."


class DestinationUnavailable(OutboundError):
    """No connection, or no answer in time: what was sent may have arrived."""

    advice = "It is tried again by itself."


class DestinationUnreached(DestinationUnavailable):
    """There was no connection: nothing was sent."""


class ReaderError(MailreeveError):
    """The language model did not help."""


class ReaderUnavailable(ReaderError):
    """No connection, 429, 5xx or time-out at the model's endpoint."""

    advice = "Check [llm] in config.toml with `mailreeve doctor`."


class ReaderAnswerInvalid(ReaderError):
    """The model's answer does not fit the schema, after the bounded retries."""


class BudgetSpent(ReaderError):
    """The run's tokens or money are used up."""

    advice = "Raise [llm] max_tokens_per_run or max_cost_per_run, or run again: finished work is kept."


class StoreError(MailreeveError):
    """The database cannot be used."""


class AlreadyRunning(StoreError):
    """Another process holds the run."""

    advice = "Wait until it ends; `mailreeve runs` shows it."


class StoreTooNew(StoreError):
    """The database was written by a newer Mailreeve."""

    advice = "Install that version again, or point MAILREEVE_HOME to another folder."


class GateError(MailreeveError):
    """The gate refuses."""


class DraftChanged(GateError):
    """The draft is no longer what the person confirmed."""

    advice = "Ask for the confirmation again: it shows the draft as it is now."


class NotApproved(GateError):
    """There is no valid approval for these bytes."""


class NeedsPerson(MailreeveError):
    """A person has to act before this can go on."""

    exit_code = 5


class Cancelled(MailreeveError):
    """The caller gave up, or the deadline passed."""

    exit_code = 130


class RunOver(Cancelled):
    """A run taken over from a dead process was meanwhile brought to its end by another one."""
