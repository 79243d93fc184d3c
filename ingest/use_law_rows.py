"""Strict models of uses, laws, events and their signatories, each line a fact with its source.

Dates are cells of `ingest.intervals`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from ingest.intervals import Interval, interval
from ingest.phrase import phrases
from ingest.reference import Row, Text
from ingest.use_columns import Answer, EvidenceKind, UseKind

YesNo = Literal["yes", "no"]


def _date(value: str) -> str:
    interval(value)
    return value.strip()


def _day(value: str) -> str:
    if value and not interval(value).is_exact:
        raise ValueError(f"`{value}` must be one day, like 2026-09-01")
    return value.strip()


def _count(value: str) -> str:
    if value and not value.isdecimal():
        raise ValueError(f"`{value}` is not a whole number without signs")
    return value


def _address(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError(f"`{value}` is not an address: it begins with https://")
    return value


Date = Annotated[str, AfterValidator(_date)]
Day = Annotated[str, AfterValidator(_day)]
Count = Annotated[str, AfterValidator(_count)]
Address = Annotated[str, AfterValidator(_address)]


class Fact(Row):
    """A line with what a reader needs to find its source again."""

    source_url: Address
    source_date: Date


class Use(Fact):
    """That an agency used, tried, could reach, denied or would not speak of a technology."""

    FILE = "uses.csv"
    KEY = ("use_id",)
    use_id: Text
    place_id: str
    agency_id: str
    # As the source names it; kept also where agency_id says which one it is.
    agency_name: Text
    # yes: a statement about many agencies together, never about one.
    is_group: YesNo
    vendor_id: str
    # The vendor in the words of the source, where our list of vendors lacks it.
    vendor_name: str
    technology: str
    kind: UseKind
    evidence_kind: EvidenceKind
    # Whose data it is, in words to put before the fact; leaked data must say it.
    attribution: str
    what: Text
    count_of: str
    count_low: Count
    count_high: Count
    accounts_low: Count
    accounts_high: Count
    started: Date
    ended: Date
    answer: Answer
    first_answered: Date
    answered: Date
    answer_words: str
    purchase_reported: Literal["reported", "some", "none found", "unknown"]
    note: str
    is_verified: YesNo

    @model_validator(mode="after")
    def _says_what_it_must(self) -> "Use":
        if self.is_group == "no" and not self.agency_id:
            raise ValueError("`agency_id` must name the agency, or `is_group` be yes")
        if self.evidence_kind == "leaked data" and not self.attribution:
            raise ValueError("leaked data need `attribution`: whose data shows it")
        if (self.count_low or self.count_high) and not self.count_of:
            raise ValueError("`count_of` must say what is counted")
        if self.count_high and self.count_low and int(self.count_high) < int(self.count_low):
            raise ValueError("`count_high` is less than `count_low`")
        if self.answer == "denied_then_confirmed" and not self.first_answered:
            raise ValueError("denied_then_confirmed needs the date of the denial, `first_answered`")
        return self


class Law(Fact):
    """A ban, moratorium, warrant rule, oversight ordinance or ruling."""

    FILE = "laws.csv"
    KEY = ("law_id",)
    law_id: Text
    law_name: Text
    kind: Literal[
        "ban", "moratorium", "restriction", "warrant rule", "oversight ordinance", "regulation",
        "reporting rule", "consent law", "order", "ruling", "settlement", "lawsuit",
    ]  # fmt: skip
    place_id: Text
    # Whose bodies it binds: those of a nation, state, county, city or district that is this
    # place or lies in it; or private bodies, vendors, schools, whose purchases are not here.
    binds: Text
    bodies: Literal["all", "police", "not police", "one agency", "companies", "schools"]
    agency_id: str
    # `all`, or technologies, where needed with a type: `face-recognition; analytics:link_analysis`.
    technologies: Text
    # The law speaks of its technologies only together with this one.
    only_with: str
    # The law speaks of the products of these vendors only.
    vendor_ids: str
    adopted: Date
    in_force_from: Date
    changed: Date
    after_change: Literal["", "still in force", "cannot be judged"]
    last_day: Date
    status: Text
    summary: Text
    exceptions: str
    change: str
    # The day on which somebody read text and dates at the primary source; empty: nobody has.
    read_from_primary: Day
    primary_url: Address
    is_verified: YesNo
    dates_verified: YesNo

    @model_validator(mode="after")
    def _says_what_it_must(self) -> "Law":
        if unknown := set(phrases(self.binds)) - BINDS:
            raise ValueError(f"`binds` names {unknown.pop()}; it must be {', '.join(BINDS)}")
        if (self.bodies == "one agency") != bool(self.agency_id):
            raise ValueError("`agency_id` is given where `bodies` is one agency, and only there")
        if bool(self.changed) != bool(self.after_change):
            raise ValueError("`changed` and `after_change` go together")
        if bool(self.read_from_primary) != bool(self.primary_url):
            raise ValueError("`read_from_primary` and `primary_url` go together")
        if self.read_from_primary and not self.start.latest:
            raise ValueError("a law read at its primary source has a start, `in_force_from`")
        return self

    @property
    def start(self) -> Interval:
        """Return when it came into force.

        Where only the adoption is known it lies between that day and a year after it: our
        assumption, wide on purpose, so that nothing is called in force too early.
        """
        if self.in_force_from:
            return interval(self.in_force_from)
        adopted = interval(self.adopted)
        if adopted.latest is None:
            return adopted
        return Interval(adopted.earliest, _a_year_after(adopted.latest))


BINDS = {"national", "state", "county", "city", "district", "private", "vendor", "school"}


def _a_year_after(day: date) -> date:
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


class Event(Fact):
    """A dated public fact worth seeing beside spending."""

    FILE = "events.csv"
    KEY = ("event_id",)
    event_id: Text
    date: Annotated[Text, AfterValidator(_date)]
    kind: Text
    place_ids: Text
    agency_id: str
    vendor_id: str
    technology: str
    # Where the event is an act of a law of laws.csv, which one; no second event is made for it.
    law_id: str
    law_act: Literal["", "adopted", "in force", "changed", "ended"]
    attribution: str
    what: Text
    number: Count
    date_verified: YesNo


class Signatory(Row):
    """One organisation that signed a letter, as one source lists it."""

    FILE = "event_signatories.csv"
    KEY = ("event_id", "organisation")
    event_id: Text
    organisation: Text


MODELS: tuple[type[Row], ...] = (Use, Law, Event, Signatory)
