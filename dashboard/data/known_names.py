"""Every name that a build knows, with its other spellings and what was counted under it.

Read once for each build and held in memory: a few ten thousand names are looked through in
milliseconds, where the database would go over every purchase again for each search.
"""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from dashboard.data.opening import Build, ask
from dashboard.data.terms import Bar

# More than this lets one or two slips of the fingers through ("Cleaview"), and not another name.
NEAR = 0.88


@dataclass(frozen=True)
class Name:
    """A name: what kind of thing has it, its figures, and the words that find it."""

    kind: str
    "agency, office, vendor, product, place, technology or type"
    bar: Bar
    "Its counted purchases; the sum is 0 and the basis empty where they are of several kinds."
    spellings: tuple[str, ...]
    "The name, former and other names and those found in records, plain; the name stands first."
    words: str
    "Every word of every spelling, each after a space."
    beside: str
    "What it stands under (the department of an agency, the agency of an office), plain."
    gives_way: bool
    """A vendor that only records name, or a product called as its maker is: names that begin so
    are as near."""


_EVERY_NAME = """
    with counted as (
        select *, coalesce(amount_usd, amount) as money,
            case when amount_usd is null then coalesce(currency, 'USD') else 'USD' end as unit
        from mart.purchase where is_counted
    ),
    counts as (
        select 'agency' as kind, agency_id as id, money, record_kind, basis, unit from counted
        union all by name
        select 'place' as kind, place_id as id, money, record_kind, basis, unit from counted
        union all by name
        select 'technology' as kind, technology as id, money, record_kind, basis, unit from counted
        union all by name
        select 'type' as kind, type as id, money, record_kind, basis, unit from counted
        union all by name
        select 'office' as kind, agency_id || ':' || upper(office_name) as id, money, record_kind,
            basis, unit
        from counted where office_name is not null
        union all by name
        select 'vendor' as kind, vendor_id as id, money, record_kind, basis, unit from counted
        union all by name
        -- What others sold of its making is no money of the maker's.
        select 'vendor' as kind, maker_id as id, 0 as money, record_kind, basis, unit
        from counted where maker_id is distinct from vendor_id
    ),
    -- Amounts of different kinds are never added: where there are several, none is given.
    summed as (
        select kind, id, count(*) as purchases,
            case when count(distinct (record_kind, basis, unit)) = 1 then sum(money) end
                as amount,
            case when count(distinct (record_kind, basis, unit)) = 1 then any_value(basis) end
                as basis,
            any_value(unit) as currency
        from counts group by all
    ),
    named as (
        select 'agency' as kind, agency_id as id, agency_name as name,
            parent_agency_name as beside,
            flatten([[abbreviation], coalesce(former_names, []), coalesce(other_names, []),
                coalesce(names_in_records, [])]) as others
        from mart.agency
        union all by name
        select 'office' as kind, office_id as id, office_name || ', ' || agency_name as name,
            agency_name as beside, [office_name] as others
        from mart.office
        union all by name
        select 'place' as kind, place_id as id, place_name as name from mart.place
        union all by name
        select 'technology' as kind, technology as id, technology_name as name
        from mart.technology
        union all by name
        select 'type' as kind, unnest(types).type as id, unnest(types).name as name
        from mart.technology
        union all by name
        select 'vendor' as kind, vendor_id as id, vendor_name as name,
            flatten([coalesce(names_in_records, []), coalesce(former_names, [])]) as others,
            not is_known as gives_way
        from mart.vendor
        union all by name
        select 'product' as kind, quoted as id,
            quoted || ' (' || any_value(vendor_name) || ')' as name, [quoted] as others,
            starts_with(lower(any_value(vendor_name)), lower(quoted)) as gives_way
        from mart.evidence join mart.vendor on maker_id = vendor_id
        where speaks = 'for' and title like '%product of%' and quoted is not null
        group by quoted
    )
    select kind, id, name, others, beside, coalesce(amount, 0)::decimal(38, 2) as amount,
        coalesce(purchases, 0) as purchases, coalesce(basis, '') as basis,
        coalesce(currency, 'USD') as currency, coalesce(gives_way, false) as gives_way
    from named left join summed using (kind, id)
    where id is not null and name is not null
    order by purchases desc, kind, name, id
"""


@lru_cache(maxsize=2)
def every_name(build: Build) -> tuple[Name, ...]:
    """Return every name of a build, those with the most counted purchases first."""
    every = []
    for row in ask(build, _EVERY_NAME):
        called = [row["name"], *(name for name in row["others"] or () if name)]
        spellings = tuple(dict.fromkeys(plain(name) for name in called))
        bar = Bar(
            row["id"], row["name"], row["amount"], row["purchases"],
            basis=row["basis"], currency=row["currency"],
        )  # fmt: skip
        beside = plain(row["beside"] or "")
        words = " " + " ".join(spellings)
        every.append(Name(row["kind"], bar, spellings, words, beside, row["gives_way"]))
    return tuple(every)


def plain(text: str) -> str:
    """Return a text as names are compared: small letters, single spaces."""
    return " ".join(text.casefold().split())


def likeness(asked: str, spelling: str) -> float:
    """Return how like two plain texts are, up to 1; 0 where they are further than `NEAR`."""
    return JaroWinkler.similarity(asked, spelling, score_cutoff=NEAR)
