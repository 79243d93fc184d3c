"""One agency, many names: which body a name in a report of use means.

"Avon IN PD" of a portal and "Avon Police Department" of a register are one body. A name is read by
fixed rules, and nothing is matched by likeness:

1. the state is the one that the source gives; else a code or name of one within the name
   ("Avon IN PD"); else that of the only county of the country that is called like it;
2. short words are written out (`agency_name_words.csv`): PD, SO, TWP, St.;
3. what is left before the kind of body ("POLICE DEPARTMENT") is its place, unless it is an
   institution's name (university, airport, tribe): that body is its state's;
4. the agency is then found as the buyers of that place are (`ingest.agencies`), so that the same
   id stands beside its spending.

A name that two places of one state share (`shared_place_names.csv`) means one of them only where
the county is given. What cannot be told is no agency: it stays as recorded, and is listed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ingest.agencies import OTHER, Agency, Names, capital
from ingest.errors import DeclarationError
from ingest.gazetteer import known
from ingest.place import Place
from ingest.place_ids import REFERENCE, place_id, plain
from ingest.places import AGENCY, PLACE, is_listed, joined, place_of, rows_of

WORD = "words means when source".split()
SHARED = "state place_name counties source".split()
_ALWAYS, _AT_THE_END = "always", "at the end"
# Kinds of body whose own name is no place's: agency_kinds.csv tells them by their words.
_INSTITUTIONS = frozenset({"school", "airport", "transit", "port", "health", "library", "utility"})
_TRIBE = re.compile(r"\b(TRIBAL|TRIBE|TRIBES|NATION|BAND|PUEBLO|INDIAN COMMUNITY|RANCHERIA)\b")
_COUNTY = re.compile(r"\b(COUNTY|PARISH)$")
_GOVERNMENT = re.compile(r"^(?:THE )?(?:CITY|TOWN|VILLAGE|BOROUGH|COUNTY) OF ")
# As lists of places have them.
_SHORT = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_SMALL = re.compile(r"\b(THE|OF|AT|IN)\b")
# A code of a state is also a word: CO before SO or SHERIFF is a county's.
_CODE = re.compile(r"\b[A-Z]{2}\b")


@dataclass(frozen=True)
class Recorded:
    """A body as a source of use records it. State: code or name; county may name several."""

    name: str
    state: str = ""
    county: str = ""
    city: str = ""
    # The source's word for what kind of government it is part of: Municipal, Tribal ...
    jurisdiction: str = ""
    identifier: str = ""


@dataclass(frozen=True)
class Match:
    """The agency that a recorded name means, or why it cannot be told."""

    agency: Agency | None
    because: str = ""


class Matcher:
    """Reads names by the rules of the reference data; the same name gives the same agency."""

    def __init__(self, names: Names, folders: list[Path]) -> None:
        self.names = names
        rows = joined(folders, "agency_name_words.csv", WORD, lambda row: row["words"])
        self.always = _by_length(row for row in rows if row["when"] == _ALWAYS)
        self.at_the_end = _by_length(row for row in rows if row["when"] == _AT_THE_END)
        if wrong := [row["words"] for row in rows if row["when"] not in (_ALWAYS, _AT_THE_END)]:
            raise DeclarationError(
                f"agency_name_words.csv: {wrong[0]}: `when` must be always or at the end."
            )
        shared = joined(
            folders, "shared_place_names.csv", SHARED, lambda row: (row["state"], row["place_name"])
        )
        self.shared = {(row["state"], capital(row["place_name"])) for row in shared}
        self.bodies = sorted(
            {words for kind in names.kinds for words in kind.itself}
            | {"PUBLIC SAFETY", "STATE PATROL", "HIGHWAY PATROL", "MARSHALS OFFICE", "MARSHAL"},
            key=len,
            reverse=True,
        )

    def match(self, recorded: Recorded) -> Match:
        """Return the agency that a recorded name means, or why none can be told."""
        is_federal = recorded.jurisdiction.casefold() == "federal"
        return _federal(recorded) if is_federal else self._local(recorded)

    def _local(self, recorded: Recorded) -> Match:
        name, state = self._state(recorded)
        if state is None:
            return Match(None, "its state is not given and cannot be told from its name")
        # What a person settled: a line of department_names.csv under the state.
        settled = self.names.listed.get((f"us_{state}", capital(recorded.name)))
        if settled:
            return Match(Agency(*settled, f"us_{state}", None))
        name, recorded = _with_county(name, state, recorded)
        words = self._written_out(name)
        head, body = self._parts(words)
        if self._is_institution(head, state, recorded):
            return Match(self._own_body(words, head, body, state, recorded))
        place = self._place(head, body, state, recorded)
        if place is None:
            several = f"more than one {_title(head)} lies in the state"
            return Match(None, f"{several}, and the county is not given")
        if place.kind == "state" and head not in ("", capital(place.place_name)):
            return Match(self._own_body(words, head, body, state, recorded))
        return Match(self._of_place(place, words, body))

    def _state(self, recorded: Recorded) -> tuple[str, str | None]:
        """Return the name without the state's code, and the state's two letters."""
        if recorded.state:
            state = _state_code(recorded.state)
            return _without_code(recorded.name, state or ""), state
        codes = [code for code in _CODE.findall(recorded.name) if code.lower() in _states()]
        codes = [code for code in codes if code != "CO"] or [
            code
            for code in codes
            if not re.search(r"\bCO (SO|SHERIFF)", recorded.name, re.IGNORECASE)
        ]
        if codes:
            return _without_code(recorded.name, codes[-1].lower()), codes[-1].lower()
        words = self._written_out(recorded.name)
        for name, code in _states().items():
            if len(name) > 2 and re.search(rf"^{name} |\bUNIVERSITY OF {name}\b| {name}$", words):  # noqa: PLR2004
                return recorded.name, code
        head, _ = self._parts(words)
        counties = _counties().get(head, ())
        return recorded.name, counties[0].split("_")[1] if len(counties) == 1 else None

    def _written_out(self, name: str) -> str:
        words = f" {capital(name)} "
        for short, whole in self.always:
            words = words.replace(f" {short} ", f" {whole} ")
        for short, whole in self.at_the_end:
            if words.endswith(f" {short} "):
                words = f"{words[: -len(short) - 1]}{whole} "
        return " ".join(words.split()).removeprefix("THE ")

    def _parts(self, words: str) -> tuple[str, str]:
        """Return what stands before the kind of body, and the kind of body: AVON, POLICE."""
        stem = words.removesuffix(" DEPARTMENT").removesuffix(" AGENCY")
        for body in self.bodies:
            if stem == body:
                return "", body
            if stem.endswith(f" {body}") and not stem.endswith(f" AND {body}"):
                return stem[: -len(body) - 1], body
        return stem, ""

    def _is_institution(self, head: str, state: str, recorded: Recorded) -> bool:
        if recorded.jurisdiction.casefold() in ("tribal", "university", "airport", "transit"):
            return True
        # Places have such names too: Port Orange, Pueblo, College Park.
        if self._same(head, recorded.city) or _COUNTY.search(head) or _city_id(state, head)[1]:
            return False
        return bool(_TRIBE.search(head)) or self.names.kind_of(head) in _INSTITUTIONS

    def _own_body(self, words: str, head: str, body: str, state: str, recorded: Recorded) -> Agency:
        """Return a body that is no department of a city or county; its place is the state."""
        is_tribe = recorded.jurisdiction.casefold() == "tribal" or bool(_TRIBE.search(head))
        place = place_of(f"us_{state}")
        stem = " ".join(_SMALL.sub(" ", head if body else words).split())
        parts = [re.sub(r"\bTRIBAL\b", " ", stem) if is_tribe else stem]
        parts += ["TRIBAL"] if is_tribe else []
        parts += ["POLICE" if body == "PUBLIC SAFETY" else body] if body else []
        key = plain(" ".join(parts).removeprefix(f"{capital(place.place_name)} "))
        named = _shown(recorded.name)
        if re.search(r"\b(PD|SO)\b", named):
            named = _title(words)
        return Agency(f"us_{state}_{key}", named, self.names.kind_of(words), place.place_id, None)

    def _place(self, head: str, body: str, state: str, recorded: Recorded) -> Place | None:
        """Return the place whose body it is; None where more than one has that name."""
        name = _GOVERNMENT.sub("", head)
        if head.startswith("COUNTY OF "):
            name = f"{name} COUNTY"
        return (
            self._of_the_state(name, body, state, recorded)
            or self._of_a_county(name, body, state, recorded)
            or self._of_a_city(name, body, state, recorded)
        )

    def _of_the_state(self, name: str, body: str, state: str, recorded: Recorded) -> Place | None:
        """Return the state where its own name stands ("Indiana State Police"), or none does."""
        place = place_of(f"us_{state}")
        own = capital(place.place_name)
        is_city = recorded.jurisdiction.casefold() == "municipal" and not body.startswith("STATE")
        if name in (own, f"{own} STATE") and not (is_city and self._same(name, recorded.city)):
            return place
        return place if not name and not recorded.city and not recorded.county else None

    def _of_a_county(self, name: str, body: str, state: str, recorded: Recorded) -> Place | None:
        """Return the county that the name says or, for a sheriff, that is meant."""
        if not body and (before := re.match(r"(.+ (?:COUNTY|PARISH)) .+", name)):
            return _place_of_county(state, before[1])
        if _COUNTY.search(name):
            return _place_of_county(state, name)
        if not body.startswith("SHERIFF"):
            return None
        if name and _has_county(state, name):
            return _place_of_county(state, name)
        county = recorded.county.split(",")[0].strip()
        is_meant = not name or self._same(name, _COUNTY.sub("", capital(county)).strip())
        return _place_of_county(state, county) if county and is_meant else None

    def _of_a_city(self, name: str, body: str, state: str, recorded: Recorded) -> Place | None:
        """Return the city or township; the state for a body whose name is no city's."""
        place = _place_of_city(state, name or recorded.city)
        if (state, name) in self.shared:
            if not recorded.county or "," in recorded.county:
                return None
            return place_of(f"{_id_of(state, county=recorded.county)}_{plain(name)}")
        is_its_city = not name or self._same(name, recorded.city)
        if is_its_city or is_listed(place.place_id) or (body and not recorded.city):
            return place
        # A township's name is often not that of its post town.
        near = self._written_out(recorded.city)
        is_near = bool(near) and (name.startswith(near) or near.startswith(name))
        is_small = re.search(r"\b(TOWNSHIP|VILLAGE|BOROUGH|TOWN|CITY)$", name)
        return place if body and (is_small or is_near) else place_of(f"us_{state}")

    def _same(self, name: str, other: str) -> bool:
        return name == _GOVERNMENT.sub("", self._written_out(other))

    def _of_place(self, place: Place, words: str, body: str) -> Agency:
        """Return the body of a place, under the id that its spending has."""
        if not body and _GOVERNMENT.search(words) and not _COUNTY.search(place.place_name.upper()):
            return self.names.government(place)
        found = self.names.agency(place, f"{body} DEPARTMENT" if body else words)
        if found.agency_name.isupper():
            found = replace(found, agency_name=_title(words))
        return replace(found, place_id=place.place_id)


def _federal(recorded: Recorded) -> Match:
    # "U.S. Customs and Border Protection - Sea-Tac Airport": a part of the agency.
    head = capital(recorded.name.split(" - ")[0])
    found = _federal_agencies().get(head) or _federal_agencies().get(head.removeprefix("U S "))
    if found:
        return Match(Agency(found[0], found[1], OTHER, "us", None))
    return Match(None, "no federal agency has this name")


def _by_length(rows: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    pairs = [(capital(row["words"]), capital(row["means"])) for row in rows]
    return sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0]))


def _shown(name: str) -> str:
    """Return a recorded name in one line, as it is to be shown."""
    return " ".join(name.split()).strip(" -")


def _without_code(name: str, state: str) -> str:
    if state:
        name = re.sub(rf"[(]?\b{state.upper()}\b[)]?", " ", name)
    return " ".join(re.sub(r"[()]", " ", name).split()).strip(" -,")


@cache
def _states() -> dict[str, str]:
    """Return the code of each state by its code and by its name in capitals."""
    rows = rows_of(REFERENCE / "places.csv", PLACE)
    states = [row for row in rows if row["parent_place_id"] == "us"]
    codes = {row["place_id"].removeprefix("us_") for row in states}
    return {code: code for code in codes} | {
        capital(row["place_name"]): row["place_id"].removeprefix("us_") for row in states
    }


def _with_county(name: str, state: str, recorded: Recorded) -> tuple[str, Recorded]:
    """Take a county out of a name that says it apart: "Jackson Township PD (Mahoning County)"."""
    found = re.search(r"[(]([^()]+)[)]", recorded.name)
    if found and not recorded.county and _has_county(state, found[1]):
        name = name.replace(found[1], " ")
        recorded = replace(recorded, county=found[1])
    # Short names of the body itself, and of who polices it: (SMCSO).
    return re.sub(r"[(][A-Z]+[)]", " ", name), recorded


def _state_code(state: str) -> str | None:
    words = state.strip()
    return _states().get(words.lower()) or _states().get(capital(words))


@cache
def _counties() -> dict[str, tuple[str, ...]]:
    """Return the counties of the country by name: YUBA COUNTY and YUBA both."""
    found: dict[str, list[str]] = {}
    for place in known().values():
        if place.kind == "county":
            name = capital(place.place_name)
            found.setdefault(name, []).append(place.place_id)
    return {name: tuple(ids) for name, ids in found.items()}


def _has_county(state: str, name: str) -> bool:
    return is_listed(_id_of(state, county=name.title()))


def _place_of_county(state: str, county: str) -> Place:
    return _place_named(_id_of(state, county=county.title()), county)


def _place_of_city(state: str, city: str) -> Place:
    return _place_named(_city_id(state, city)[0], city)


def _city_id(state: str, city: str) -> tuple[str, bool]:
    """Return the id of a city, and whether a list knows it."""
    key = _id_of(state, city=city) if city else f"us_{state}"
    return key, bool(city) and is_listed(key)


def _id_of(state: str, county: str = "", city: str = "") -> str:
    """Return the id of a place; one that lists write short (us_mo_st_louis) is called like that."""
    # MORGAN S POINT was Morgan's Point, which ids write as one word.
    key = place_id("us", state, county, re.sub(r" S\b", "S", city) if city.isupper() else city)
    short = key
    for whole, written in _SHORT.items():
        short = short.replace(f"_{whole}_", f"_{written}_")
    return short if short != key and is_listed(short) else key


def _place_named(key: str, name: str) -> Place:
    place = place_of(key)
    # Of a place that no list knows only the words of its id are left: keep how it is written.
    return place if is_listed(key) else replace(place, place_name=_title(name))


def _title(name: str) -> str:
    if not name.isupper():
        return name
    words = re.sub(r" S\b", "'s", name).title().replace("'S", "'s").replace("Sheriffs", "Sheriff's")
    return re.sub(r"(?<=.)\b(Of|At|And|The|In|On)\b", lambda word: word[0].lower(), words)


@cache
def _federal_agencies() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for row in rows_of(REFERENCE / "agencies.csv", AGENCY):
        if row["place_id"] == "us":
            for name in (row["agency_name"], row["abbreviation"]):
                if name:
                    found.setdefault(capital(name), (row["agency_id"], row["agency_name"]))
    return found
