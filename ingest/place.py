"""What a place is: a jurisdiction, as our own list or the gazetteer has it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A jurisdiction. Population is null where our reference data do not have it."""

    place_id: str
    place_name: str
    kind: str
    parent_place_id: str | None
    fips: str | None = None
    population: int | None = None
    population_source: str | None = None
