"""Names of departments made one agency each, and the agencies of a place made one tree.

The same department stands as POLICE, "Dept of Police" and "CPD - Administration" in the books of
one city. A name is read in this order, and every step is exact: nothing is matched by likeness.

1. `department_names.csv` says which agency it is (contents compared in capitals, without points);
2. `agencies.csv` lists it, by name, abbreviation or a former name;
3. it is the name of the place or its government ("City of Chicago"), or there is none;
4. what stands before " - " or ":" is an agency by step 1 or 2, or a body itself, such as POLICE;
5. `agency_kinds.csv` knows the words that remain without "department of" and the place's name
   as a body itself (`itself`), or they are the department's own.

The government of a place is the parent of its departments.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb

from ingest.errors import DeclarationError
from ingest.place import Place
from ingest.place_ids import plain
from ingest.places import AGENCY, joined, place_of
from ingest.tables import load_table

NAME = "place_id name agency_id agency_name kind source".split()
KIND = "kind words unless itself called matches does_not_match".split()
GOVERNMENT = "government"
OTHER = "other"
_HEAD = re.compile(r"\s+[-\u2013\u2014]\s+|:\s+")
_DEPARTMENT = re.compile(r"^(?:DEPARTMENT|DEPT) (?:OF|ON|FOR)(?: THE)? | (?:DEPARTMENT|DEPT)$")
_CALLED = {
    "city": "City of {}", "county": "{} government", "state": "State of {}",
    "province": "Government of {}", "country": "Government of {}",
}  # fmt: skip


@dataclass(frozen=True)
class Agency:
    """A body that buys. `parent_agency_id` is the government of its place, if it is part of it."""

    agency_id: str
    agency_name: str
    kind: str
    place_id: str
    parent_agency_id: str | None


@dataclass(frozen=True)
class _Kind:
    kind: str
    words: tuple[str, ...]
    unless: tuple[str, ...]
    itself: tuple[str, ...]
    called: str


@dataclass(frozen=True)
class Names:
    """What the reference data know of agencies' names."""

    kinds: tuple[_Kind, ...]
    # By place and capital words: id, name, kind.
    listed: dict[tuple[str, str], tuple[str, str, str]] = field(repr=False)

    @cached_property
    def _itself(self) -> dict[str, _Kind]:
        return {words: kind for kind in self.kinds for words in kind.itself}

    def kind_of(self, name: str) -> str:
        """Return the kind of a body by the words of its name: police, fire, `other`."""
        padded = f" {capital(name)} "
        for kind in self.kinds:
            if any(f" {words} " in padded for words in kind.words) and not any(
                f" {words} " in padded for words in kind.unless
            ):
                return kind.kind
        return OTHER

    def government(self, place: Place) -> Agency:
        """Return the government of a place, as the body that all its departments are part of."""
        listed = self.listed.get((place.place_id, ""))
        if listed:
            return Agency(*listed, place.place_id, None)
        called = _CALLED.get(place.kind, "{}").format(place.place_name)
        return Agency(f"{place.place_id}_government", called, GOVERNMENT, place.place_id, None)

    def agency(self, place: Place, name: str | None, buyer: str | None = None) -> Agency:
        """Return the agency that a recorded name means.

        `buyer` is the body whose table it is, and of which those that it names are parts; without
        one they are bodies of their own, as in a table of many (a cooperative contract).
        """
        top = self._body(place, buyer, None) if buyer else None
        if not name or capital(name) == capital(buyer or ""):
            return top or self.government(place)
        return self._body(place, name, top)

    def _body(self, place: Place, name: str, top: Agency | None) -> Agency:
        whole = capital(name)
        government = self.government(place)
        if whole in {capital(government.agency_name), *map(capital, _names_of(place))}:
            return government
        found = self._found(place, whole)
        if not found:
            head = capital(_HEAD.split(name, maxsplit=1)[0])
            found = self._found(place, head) if head != whole else None
        if not found:
            key = plain(self._bare(place, whole) or whole)
            found = (f"{place.place_id}_{key}", name.strip(), self.kind_of(whole))
        agency_id, agency_name, kind = found
        parent = top.agency_id if top and top.agency_id != agency_id else None
        return Agency(agency_id, agency_name, kind, place.place_id, parent)

    def _found(self, place: Place, words: str) -> tuple[str, str, str] | None:
        listed = self.listed.get((place.place_id, words))
        if listed:
            return listed
        kind = self._itself.get(self._bare(place, words))
        if kind is None:
            return None
        known = self.listed.get((place.place_id, kind.itself[0]))
        if known:
            return known
        # Many bodies of a state have police; only a city or county has a department of its name.
        own = place.place_name if place.kind in ("city", "county") else ""
        called = kind.called.format(place=own).strip()
        return f"{place.place_id}_{plain(kind.itself[0])}", called, kind.kind

    @staticmethod
    def _bare(place: Place, words: str) -> str:
        """Return the words without the place's name and without "department of"."""
        for own in sorted(map(capital, _names_of(place)), key=len, reverse=True):
            words = words.removeprefix(f"{own} ").removesuffix(f" {own}")
        return _DEPARTMENT.sub("", words).strip()


def capital(name: str) -> str:
    """Return a name in capitals, words divided by single spaces: how names are compared."""
    return re.sub(r"[^A-Z0-9]+", " ", name.upper().replace("&", " AND ")).strip()


def _names_of(place: Place) -> tuple[str, ...]:
    name = place.place_name
    government = {"city": "City of", "county": "County of", "state": "State of"}.get(place.kind)
    short = name.removesuffix(" County")
    of = (f"{government} {short}", f"{government} {name}") if government else ()
    return (name, *of)


def load_names(folders: list[Path]) -> Names:
    """Read the reference lists; raise DeclarationError naming file and line of what is wrong."""
    kinds = tuple(
        _Kind(
            kind=row["kind"],
            words=_split(row["words"]),
            unless=_split(row["unless"]),
            itself=_split(row["itself"]),
            called=row["called"],
        )
        for row in joined(folders, "agency_kinds.csv", KIND, lambda row: row["kind"])
    )
    known = {kind.kind for kind in kinds} | {GOVERNMENT, OTHER}
    names = Names(kinds, {})
    of_ids: dict[str, tuple[str, str]] = {}
    rows = joined(
        folders, "department_names.csv", NAME, lambda row: (row["place_id"], capital(row["name"]))
    )
    for row in joined(folders, "agencies.csv", AGENCY, lambda row: row["agency_id"]):
        facts = (row["agency_id"], row["agency_name"], names.kind_of(row["agency_name"]))
        own = (row["agency_name"], row["abbreviation"], *row["former_names"].split("|"))
        for name in own:
            if row["place_id"] and name and row["place_id"] != "us":
                names.listed[row["place_id"], capital(name)] = facts
    for row in rows:
        if row["kind"] not in known:
            raise DeclarationError(
                f"department_names.csv: {row['name']!r} of {row['place_id']} is a "
                f"{row['kind']!r}; "
                f"agency_kinds.csv has {', '.join(sorted(known))}."
            )
        said = (row["agency_name"], row["kind"])
        if of_ids.setdefault(row["agency_id"], said) != said:
            raise DeclarationError(
                f"department_names.csv: {row['agency_id']} has two names or kinds: "
                f"{of_ids[row['agency_id']]} and {said}."
            )
        if not row["agency_id"].startswith(f"{row['place_id']}_") or not row["source"]:
            raise DeclarationError(
                f"department_names.csv: {row['name']!r} of {row['place_id']} needs a source, and "
                f"an id that begins with its place."
            )
        names.listed[row["place_id"], capital(row["name"])] = (row["agency_id"], *said)
    return names


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(";") if word.strip())


def unify(connection: duckdb.DuckDBPyConnection, names: Names) -> None:
    """Fill core.department_name from core.department_name_source.

    core.department_name_source: one row per place and recorded name (place_id, name, and the
    `buyer` whose table it is, which is among the names; null where a table has many).
    core.department_name: the same key, and which agency it is: agency_id, agency_name, kind,
    parent_agency_id, parent_agency_name. Of one agency every row gives the same name.
    """
    _name_kinds(connection, names)
    found: list[tuple[str, str, Agency]] = []
    for place_id, name, buyer in connection.execute(
        "select place_id, name, buyer from core.department_name_source order by place_id, name"
    ).fetchall():
        found.append((place_id, name, names.agency(place_of(place_id), name, buyer)))
    # A department that no list names is called as it is recorded, by preference not in capitals.
    called: dict[str, str] = {}
    for _, _, agency in sorted(found, key=lambda row: _shown_first(row[2].agency_name)):
        called.setdefault(agency.agency_id, agency.agency_name)
    load_table(
        connection,
        "core.department_name",
        dict.fromkeys(
            (
                "place_id", "name", "agency_id", "agency_name", "kind", "parent_agency_id",
                "parent_agency_name",
            ),
            "varchar",
        ),
        [
            [
                place_id, name, agency.agency_id, called[agency.agency_id], agency.kind,
                agency.parent_agency_id,
                called.get(agency.parent_agency_id) if agency.parent_agency_id else None,
            ]
            for place_id, name, agency in found
        ],
    )  # fmt: skip


def _name_kinds(connection: duckdb.DuckDBPyConnection, names: Names) -> None:
    """Say what kind of body each agency of core.agency is that has no kind, federal ones aside."""
    nameless = connection.execute(
        "select agency_id, agency_name from core.agency where kind is null and place_id <> 'us'"
    ).fetchall()
    for agency_id, agency_name in nameless:
        connection.execute(
            "update core.agency set kind = ? where agency_id = ?",
            [names.kind_of(agency_name), agency_id],
        )


def _shown_first(name: str) -> tuple[bool, str]:
    return name.isupper(), name
