"""What is asked and what is answered: a selection of purchases, a measure, and the figures."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Measure:
    """What a sum adds: one record kind, one basis and one currency, never two.

    Purchases of which the dollars are known stand in dollars; others in their own currency.
    """

    record_kind: str = "award"
    basis: str = "obligated"
    currency: str = "USD"

    @property
    def is_federal(self) -> bool:
        """Whether its fiscal years are the federal ones; those of places begin as each declares."""
        return self.record_kind in ("award", "idv", "grant", "subaward")


@dataclass(frozen=True)
class Programme:
    """One agency's purchases of one technology from one vendor, and what they sum to."""

    agency_id: str
    agency_name: str
    vendor_id: str
    vendor_name: str
    technology: str
    technology_name: str
    amount: Decimal
    purchases: int
    share: float


@dataclass(frozen=True)
class Selection:
    """Which purchases are asked about. The empty selection is every counted purchase."""

    text: str = ""
    technologies: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ("confirmed", "matched")
    with_related: bool = False
    kinds: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    competitions: tuple[str, ...] = ()
    fundings: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    least_amount: Decimal | None = None
    most_amount: Decimal | None = None
    picked: tuple[str, ...] = ()
    "Purchases by their ids: what a reader picked."
    without: tuple[str, str, str] | None = None
    "Agency, vendor and technology of a programme to leave out."
    without_technologies: tuple[str, ...] = ()
    without_staffing: bool = False
    resold_only: bool = False
    "Only purchases whose maker is not the vendor."

    def of(self, measure: Measure) -> "Selection":
        """Return the same selection, of one record kind, basis and currency."""
        return replace(
            self,
            kinds=(measure.record_kind,),
            bases=(measure.basis,),
            currencies=(measure.currency,),
        )


@dataclass(frozen=True)
class Total:
    """What the selected purchases of one measure come to, in the measure's currency."""

    measure: Measure
    purchases: int
    agencies: int
    vendors: int
    amount: Decimal
    first_date: date | None
    last_date: date | None
    first_year: int | None
    last_year: int | None
    lifetime_purchases: int
    lifetime_amount: Decimal
    without_amount: int
    "Purchases of which the record says no amount."

    @property
    def summed_purchases(self) -> int:
        """How many purchases the amount is the sum of; all, where none of them has a sum."""
        return self.purchases - self.lifetime_purchases or self.purchases


@dataclass(frozen=True)
class YearAmount:
    """A fiscal year's sum, with the additions and reductions that make it."""

    year: int
    amount: Decimal
    added: Decimal
    reduced: Decimal
    purchases: int


@dataclass(frozen=True)
class Bar:
    """One agency, vendor, maker or technology, and its sum."""

    id: str
    name: str
    amount: Decimal
    purchases: int
    lifetime_purchases: int = 0
    basis: str = ""
    "What the sum means, where a list holds several; empty where several kinds stand behind it."
    currency: str = "USD"
    first_date: date | None = None
    "When money first moved."


@dataclass(frozen=True)
class Choice:
    """A value that a filter can take, and how many purchases have it."""

    id: str
    name: str
    purchases: int


@dataclass(frozen=True)
class Found:
    """What a search found among the names."""

    agencies: tuple[Bar, ...] = ()
    vendors: tuple[Bar, ...] = ()
    technologies: tuple[Bar, ...] = ()
    offices: tuple[Bar, ...] = ()
    places: tuple[Bar, ...] = ()
    is_near: bool = field(default=False)
    "True when nothing matched and these are the nearest spellings."


@dataclass(frozen=True)
class Reported:
    """Which reports of use a reader asks for; empty and None ask for all."""

    words: str = ""
    vendor_id: str | None = None
    technology: str | None = None
    # One of the answers of `mart.use`, or `none`: no answer is on record.
    answer: str | None = None
    place_id: str | None = None
