"""Names of places turned into place ids: `us`, `us_il`, `us_il_cook_county`, `us_il_chicago`.

An id is made of words alone, so that the same names give the same id in every build: the country,
the state's two letters (other countries: the region's name), and the name of the county or city,
in plain letters. `ca` is Canada and `us_ca` California.
"""

import csv
import re
import unicodedata
from functools import cache

from ingest.errors import DeclarationError
from ingest.home import PROJECT_DATA

REFERENCE = PROJECT_DATA / "reference"
_COUNTRIES = {
    "us": "us", "usa": "us", "united states": "us", "united states of america": "us",
    "uk": "uk", "gb": "uk", "gbr": "uk", "united kingdom": "uk", "great britain": "uk",
    "ca": "ca", "can": "ca", "canada": "ca", "eu": "eu", "european union": "eu",
}  # fmt: skip
# Words that already say what kind of county it is; Louisiana has parishes, Alaska boroughs.
_COUNTY_WORDS = (
    "county", "parish", "borough", "census area", "municipality", "municipio", "planning region",
    "district", "island", "islands", "carson city",
)  # fmt: skip
_GOVERNMENT = re.compile(r"^(?:the )?(?:city|town|village|county|state|commonwealth) of ", re.I)


def place_id(country: str, state: str = "", county: str = "", city: str = "") -> str:
    """Return the id of the place that these names or codes speak of.

    Of county and city the city counts: a county beside it only says where the city lies. "Cook"
    and "Cook County" are the same county, "City of Chicago" and "Chicago" the same city. Names
    that mean a place with another name (New York City, San Francisco County) are looked up in
    `place_names.csv`. Raises DeclarationError for a state or country that is not known.
    """
    parts = [_country(country)]
    if state:
        parts.append(_state(parts[0], state))
    if city:
        parts.append(plain(_GOVERNMENT.sub("", city.strip())))
    elif county:
        parts.append(_county(parts[-1], county))
    made = "_".join(parts)
    return _other_names().get(made, made)


def plain(name: str) -> str:
    """Return a name in lower case, plain letters and digits, with `_` between words."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "_", letters.lower().replace("'", "")).strip("_")


def _country(name: str) -> str:
    words = re.sub(r"[^a-z ]", "", name.lower()).strip()
    code = _COUNTRIES.get(words) or _countries().get(words)
    if code is None:
        raise DeclarationError(
            f"There is no country {name!r}. Add it to data/reference/places.csv, kind `country`."
        )
    return code


def _state(country: str, name: str) -> str:
    if country != "us":
        return plain(name)
    words = _GOVERNMENT.sub("", re.sub(r"[^a-z ]", "", name.lower())).strip()
    words = words.removesuffix(" state") if words != "state" else words
    code = _states().get(words)
    if code is None:
        raise DeclarationError(f"There is no state {name!r} in data/reference/places.csv.")
    return code


def _county(state: str, name: str) -> str:
    words = _GOVERNMENT.sub("", name.strip())
    lower = words.lower()
    if words.endswith(" city"):  # An independent city, as census lists name it: "Baltimore city".
        return plain(words[: -len(" city")])
    if not lower.endswith(_COUNTY_WORDS):
        words += {"la": " Parish", "ak": " Borough"}.get(state, " County")
    return plain(words)


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@cache
def _countries() -> dict[str, str]:
    return {
        row["place_name"].lower(): row["place_id"]
        for row in _rows("places.csv")
        if row["kind"] in ("country", "union")
    } | {
        row["place_id"]: row["place_id"]
        for row in _rows("places.csv")
        if row["kind"] in ("country", "union")
    }


@cache
def _states() -> dict[str, str]:
    states = [row for row in _rows("places.csv") if row["parent_place_id"] == "us"]
    codes = {row["place_id"].removeprefix("us_") for row in states}
    names = {
        re.sub(r"[^a-z ]", "", row["place_name"].lower()): row["place_id"].removeprefix("us_")
        for row in states
    }
    return names | {code: code for code in codes}


@cache
def _other_names() -> dict[str, str]:
    return {row["other_id"]: row["place_id"] for row in _rows("place_names.csv")}
