"""What a declaration of a source of use may call the publisher's columns, and what it says itself.

A source of use says which agencies use, tried or were asked about which technology. A row of it
becomes one row of `mart.use`, or one for each vendor that it names.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

UseKind = Literal[
    "use", "trial", "contract", "access", "answers", "report", "inventory", "permission"
]
EvidenceKind = Literal[
    "leaked data", "agency statement", "records release", "regulator report", "audit",
    "audit logs", "mandated report", "news report", "vendor portal", "survey", "inventory",
    "public documents",
]  # fmt: skip
Answer = Literal[
    "", "confirmed", "denied", "denied_then_confirmed", "unaware", "declined", "no_answer"
]

USE_COLUMNS: dict[str, str] = {
    "agency_name_source": "the body, in the record's words",
    "agency_identifier": "its official identifier (ORI), where the source has it",
    "state": "its state, as a code or a name",
    "county": "its county; several are divided by commas",
    "city": "its city",
    "jurisdiction": "what kind of government it is part of: Municipal, Tribal",
    "technology_source": "the technology, in the record's words",
    "vendor_name_source": "the vendor, in the record's words; several are divided by commas",
    "first_seen": "when it began, as far as is known",
    "last_seen": "when it ended, or until when it was reported",
    "count_of": "what was counted",
    "count_low": "lowest number reported",
    "count_high": "highest number reported",
    "finding": "words that say what was found: read by use_words.csv",
    "answer": "the agency's answer: confirmed, denied, declined ...",
    "answered": "when it answered",
    "source_title": "who says so, where it differs by row",
    "source_address": "its address",
    "source_dated": "when it was published",
}
# What is staged of each row beyond these.
STAGED_USE: tuple[str, ...] = ("row_key", *USE_COLUMNS)


class UseFacts(BaseModel):
    """What a source of use says of all its rows: key `use` of a declaration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: UseKind = "use"
    evidence_kind: EvidenceKind
    # Words to put before the fact; leaked data must have them.
    attribution: str = ""
    # What is reported, in our words; {technology} stands for the record's own word.
    what: str
    # Where the whole source is of one technology, one vendor, one state.
    technology: str = ""
    vendor: str = ""
    state: str = ""
    count_of: str = ""
    confidence: Literal["high", "medium", "low"] = "medium"

    @model_validator(mode="after")
    def _says_whose_data(self) -> "UseFacts":
        if self.evidence_kind == "leaked data" and not self.attribution:
            raise ValueError("leaked data need `attribution`: whose data shows it")
        if "{" in self.what.replace("{technology}", ""):
            raise ValueError("`what` may hold {technology} and nothing else in braces")
        return self
