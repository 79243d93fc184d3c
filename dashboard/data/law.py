"""Laws on a day and on a purchase, and the events of a time line."""

from datetime import date
from functools import lru_cache

from dashboard.data.names import agency, departments
from dashboard.data.opening import Build, Row, Rows, ask, ask_one
from dashboard.data.places import around, every_place

# Those in force first.
_FIRST = {"in force": 1, "cannot be judged": 2, "before": 3}
# The level of a place's own bodies, as laws name what they bind, where its kind is not the word.
_LEVELS = {"country": "national", "union": "national", "province": "state", "territory": "state"}
# Which kinds of body a law for the police, or for all but the police, leaves out.
_MAY_BE_POLICE = ("police", "sheriff", "prosecution", "other", "government")
_IS_POLICE = ("police", "sheriff")


@lru_cache(maxsize=2)
def _every_law(build: Build) -> dict[str, Row]:
    """Return every law by its id, in the order of places and names."""
    rows = ask(build, "select * from mart.law order by place_name, law_name, law_id")
    return {row["law_id"]: row for row in rows}


@lru_cache(maxsize=32)
def _on(build: Build, day: date) -> Rows:
    """Return every law and how it stands on a day: the database judges each once a day."""
    rows = ask(
        build,
        """
        select law_id, mart.judgement($day, law) as judgement, mart.because($day, law) as because
        from mart.law as law
        """,
        day=day,
    )
    judged = {row["law_id"]: row for row in rows}
    return tuple({**law, **judged[law_id]} for law_id, law in _every_law(build).items())


def _first(row: Row) -> tuple[int, bool]:
    return _FIRST.get(row["judgement"], 4), not row["is_restriction"]


@lru_cache(maxsize=512)
def laws(build: Build, day: date, technology: str | None = None) -> Rows:
    """Return every law and how it stands on a day; those in force first.

    `judgement` is in force, cannot be judged (`because` says why), before (it came later) or
    after (it had ended).
    """
    every = _on(build, day)
    if technology is not None:
        every = tuple(row for row in every if technology in (row["technologies"] or ()))
    return tuple(sorted(every, key=_first))


@lru_cache(maxsize=64)
def laws_of_place(build: Build, place_id: str, day: date) -> Rows:
    """Return the laws of a place and of those it lies in that bind its own bodies, on a day.

    `steps` is 0 for the place's own. Laws of a state or nation count where they bind bodies of
    the place's level.
    """
    level = _level_of(build, place_id)
    found = [
        row
        for row in _reaching(build, place_id, day)
        if row["steps"] == 0 or level in (row["binds"] or ())
    ]
    return tuple(sorted(found, key=lambda row: (row["steps"], *_first(row), row["law_name"])))


def _reaching(build: Build, place_id: str | None, day: date) -> Rows:
    """Return the laws of a place and of those it lies in, each with the `steps` up to it."""
    steps = {each: number for number, each in enumerate(around(build, place_id))}
    return tuple(
        {**row, "steps": steps[row["place_id"]]}
        for row in _on(build, day)
        if row["place_id"] in steps
    )


def _level_of(build: Build, place_id: str) -> str | None:
    """Return the level of a place's own bodies, as laws name what they bind."""
    place = every_place(build).get(place_id)
    return _LEVELS.get(place["kind"], place["kind"]) if place else None


@lru_cache(maxsize=64)
def laws_of_agency(build: Build, agency_id: str, day: date) -> Rows:
    """Return the laws that can bind an agency, through place, level and kind of body, on a day.

    A law that binds the police alone stands here also where the kind of body is not known.
    """
    body = agency(build, agency_id)
    if body is None:
        return ()
    level = "national" if body["level"] == "federal" else body["level"]
    kind = body["kind"]

    def can_bind(row: Row) -> bool:
        return (
            level in (row["binds"] or ())
            and row["bodies"] in ("all", "police", "not police", "one agency")
            and row["agency_id"] in (None, agency_id)
            and not (row["bodies"] == "police" and kind is not None and kind not in _MAY_BE_POLICE)
            and not (row["bodies"] == "not police" and kind in _IS_POLICE)
        )

    found = [row for row in _reaching(build, body["place_id"], day) if can_bind(row)]
    return tuple(sorted(found, key=lambda row: (*_first(row), row["steps"], row["law_name"])))


@lru_cache(maxsize=64)
def laws_of_vendor(build: Build, vendor_id: str, day: date) -> Rows:
    """Return the laws and rulings that speak of one vendor's products, on a day."""
    found = [row for row in _on(build, day) if vendor_id in (row["vendor_ids"] or ())]

    def order(row: Row) -> tuple[int, date, str]:
        return _first(row)[0], row["earliest_adopted_date"] or date.max, row["law_name"]

    return tuple(sorted(found, key=order))


@lru_cache(maxsize=4)
def restrictions(build: Build) -> frozenset[str]:
    """Return the ids of the laws that forbid buying or using."""
    return frozenset(key for key, law in _every_law(build).items() if law["is_restriction"])


@lru_cache(maxsize=4)
def laws_read(build: Build) -> Row:
    """Return how many restrictions there are, and how many were read at the primary source."""
    row = ask_one(
        build,
        """
        select count(*) as laws, count(read_from_primary_date) as read
        from mart.law where is_restriction
        """,
    )
    return row or {"laws": 0, "read": 0}


def law(build: Build, law_id: str) -> Row | None:
    """Return one law, or None."""
    return _every_law(build).get(law_id)


@lru_cache(maxsize=512)
def laws_of_purchase(build: Build, purchase_id: str) -> Rows:
    """Return the laws that reach a purchase, restrictions first, each with its exceptions."""
    return ask(
        build,
        """
        select read.*, law.summary, law.status, law.source_title, law.source_url, law.confidence,
            law.place_name, law.primary_url, law.is_start_assumed
        from mart.purchase_law as read join mart.law as law using (law_id)
        where purchase_id = $purchase_id
        order by not read.is_restriction, read.earliest_start_date, law_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def laws_of_transactions(build: Build, purchase_id: str) -> Rows:
    """Return how each law stands on the day of each transaction of a purchase."""
    return ask(
        build,
        """
        select read.*, law_name, is_restriction
        from mart.transaction_law as read join mart.law using (law_id)
        where purchase_id = $purchase_id order by date, transaction_id, law_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=2)
def _every_event(build: Build) -> Rows:
    """Return every event, oldest first."""
    return ask(build, "select * from mart.event order by earliest_date, latest_date, event_id")


@lru_cache(maxsize=512)
def events(
    build: Build,
    *,
    agency_id: str | None = None,
    place_id: str | None = None,
    vendor_id: str | None = None,
    technology: str | None = None,
) -> Rows:
    """Return the events of a time line, oldest first.

    Those of an agency and of the departments above it, of a place with the laws that bind it, or
    of a vendor: any of what is given. With a technology, only events about it, or about
    surveillance as such.
    """
    above = set(departments(build, agency_id))
    within = set(around(build, place_id))
    level = _level_of(build, place_id) if place_id else None
    laws_known = _every_law(build)
    is_of_all = agency_id is None and place_id is None and vendor_id is None

    def is_of_place(row: Row) -> bool:
        places = row["place_ids"] or ()
        if row["agency_id"] is not None or within.isdisjoint(places):
            return False
        if row["law_id"] is None or place_id in places:
            return True
        law = laws_known.get(row["law_id"])
        return law is not None and level in (law["binds"] or ())

    def is_asked(row: Row) -> bool:
        return (
            technology is None or row["covers_all"] or technology in (row["technologies"] or ())
        ) and (
            is_of_all
            or row["agency_id"] in above
            or (vendor_id is not None and row["vendor_id"] == vendor_id)
            or is_of_place(row)
        )

    return tuple(row for row in _every_event(build) if is_asked(row))
