"""What is held in memory answers as SQL over the same rows does, for any selection and build."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard import data
from dashboard.data import Build, Measure, Selection, held, opening, records
from tests.published import publish, sample_rows

pytestmark = pytest.mark.data

YEARS = (2021, 2022, 2023, 2024)
STATUSES = ("confirmed", "matched", "possible", "rejected")
# Fields of a selection, the column each speaks of, and what stands there.
FIELDS: dict[str, tuple[str, tuple[str | None, ...]]] = {
    "technologies": ("technology", ("face-recognition", "drones", None)),
    "agencies": ("agency_id", ("a:1", "a:2", "a:3")),
    "vendors": ("vendor_id", ("v1", "v2", "v3", "v4", None)),
    "makers": ("maker_id", ("v1", "v2", None)),
    "statuses": ("status", STATUSES),
    "kinds": ("record_kind", ("award", "contract", "idv")),
    "bases": ("basis", ("obligated", "committed")),
    "forms": ("form", ("goods", "staffing", None)),
    "places": ("place_id", ("us", "us_ca", None)),
    "competitions": ("competition", ("COMPETED", None)),
    "fundings": ("funding_kind", ("grant", None)),
}
MONEY = (
    "case when {0}.currency = 'USD' then {0}.amount_usd "
    "else coalesce({0}.amount_usd, {0}.amount) end"
)
CURRENCY = "case when p.amount_usd is null then coalesce(p.currency, 'USD') else 'USD' end"


def many_rows(seed: int = 1, purchases: int = 200) -> dict[str, list[dict[str, Any]]]:
    """Return a database of purchases whose every field is drawn by chance, gaps included."""
    drawn = random.Random(seed)  # noqa: S311 - rows, not secrets
    rows = sample_rows()
    first, moved, flag = (rows[t][0] for t in ("mart.purchase", "mart.transaction", "mart.flag"))
    rows |= {"mart.purchase": [], "mart.transaction": [], "mart.flag": []}
    for number in range(purchases):
        key = f"us_federal:R{number:04}"
        chosen = {column: drawn.choice(known) for column, known in FIELDS.values()}
        currency = drawn.choice(["USD", "USD", "USD", "GBP"])
        amount = _amount(drawn)
        names = {
            f"{c.removesuffix('_id')}_name": v and f"The {v}"
            for c, v in chosen.items()
            if c.endswith("_id")
        }
        rows["mart.purchase"].append(
            {
                **first,
                **chosen,
                **names,
                "purchase_id": key,
                "source_key": key,
                "scope": drawn.choice(["strict", "strict", "related"]),
                "amount_scope": drawn.choice(["window", "window", "lifetime"]),
                "office_name": drawn.choice(["North office", "NORTH OFFICE", "South", None]),
                "amount": amount,
                "amount_usd": amount if currency == "USD" else None,
                "ceiling_growth_usd": drawn.choice([None, Decimal("7.10"), Decimal("9.20")]),
                "lifetime_usd": drawn.choice([None, Decimal("5.05")]),
                "currency": currency,
                "last_date": drawn.choice([None, date(2024, 1, 1), date(2023, 5, 5)]),
                "description": drawn.choice(["Cameras", "Plate readers", "100% <b>"]),
            }
        )
        for turn in range(drawn.choice([0, 1, 2, 5])):
            amount = _amount(drawn)
            rows["mart.transaction"].append(
                {
                    **moved,
                    "purchase_id": key,
                    "transaction_id": f"{key}:{turn}",
                    "fiscal_year": drawn.choice([*YEARS, None]),
                    "date": drawn.choice([None, date(2022, 2, 2), date(2023, 3, 3)]),
                    "amount": amount,
                    "amount_usd": amount if currency == "USD" else None,
                    "currency": currency,
                }
            )
        if drawn.random() < 0.3:
            rows["mart.flag"].append({**flag, "purchase_id": key})
    return rows


def _amount(drawn: random.Random) -> Decimal | None:
    return drawn.choice([None, Decimal(drawn.randrange(-10_000, 90_000)) / 100])


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return Build("test", publish(tmp_path_factory.mktemp("held"), many_rows()))


def selections() -> list[Selection]:
    """Return selections of one to three fields, years and switches, drawn by chance."""
    drawn = random.Random(2)  # noqa: S311 - as above
    every = [Selection(), Selection(statuses=STATUSES, with_related=True)]
    for _ in range(25):
        asked: dict[str, Any] = {}
        for name in drawn.sample(list(FIELDS), drawn.choice([1, 2, 3])):
            known = [value for value in FIELDS[name][1] if value]
            asked[name] = tuple(drawn.sample(known, drawn.randint(1, min(2, len(known)))))
        if drawn.random() < 0.5:
            asked["years"] = tuple(drawn.sample(YEARS, drawn.choice([1, 2])))
        asked["with_related"] = drawn.random() < 0.7
        asked["without_staffing"] = drawn.random() < 0.2
        asked["resold_only"] = drawn.random() < 0.2
        if drawn.random() < 0.2:
            asked["without_technologies"] = ("drones",)
        if drawn.random() < 0.2:
            asked["flags"] = ("growth-by-amendment",)
        if drawn.random() < 0.2:
            asked["least_amount"] = Decimal("100.10")
        if drawn.random() < 0.2:
            asked["text"] = drawn.choice(["plate", "100% <B>", "cameras v1"])
        every.append(Selection(**asked))
    return every


def where(selection: Selection) -> str:
    """Say which purchases are selected, once more and in SQL of this test's own."""
    one_of = {column: getattr(selection, name) for name, (column, _) in FIELDS.items()}
    one_of[CURRENCY] = selection.currencies
    years = ", ".join(map(str, selection.years))
    said = [
        *(f"{column} in ({', '.join(map(repr, chosen))})" for column, chosen in one_of.items()
          if chosen),
        *(f"p.technology is distinct from '{each}'" for each in selection.without_technologies),
        *(
            "concat_ws(' ', p.vendor_name, p.maker_name, p.description, p.agency_name) ilike "
            f"'%{word.replace('%', '!%')}%' escape '!'"
            for word in selection.text.split()
        ),
    ]  # fmt: skip
    switches = {
        "p.scope = 'strict'": not selection.with_related,
        "p.form is distinct from 'staffing'": selection.without_staffing,
        "p.maker_id is not null and p.maker_id is distinct from p.vendor_id":
            selection.resold_only,
        "exists (from mart.flag f where f.purchase_id = p.purchase_id)": selection.flags,
        f"{MONEY.format('p')} >= {selection.least_amount}": selection.least_amount,
        f"exists (from mart.transaction t where t.purchase_id = p.purchase_id and fiscal_year "
        f"in ({years}))": selection.years,
    }  # fmt: skip
    return " and ".join([*said, *(condition for condition, is_on in switches.items() if is_on)])


def moves(selection: Selection) -> str:
    years = f"where fiscal_year in ({', '.join(map(str, selection.years))})"
    return (
        f"(select purchase_id, fiscal_year, date, {MONEY.format('t')} as money "
        f"from mart.transaction t {years if selection.years else ''})"
    )


def sql(build: Build, text: str) -> list[tuple[Any, ...]]:
    return opening.connection(build).execute(text).fetchall()


def each_selection(check: Callable[[Selection], int]) -> None:
    """Check every selection; many must select something, or nothing would be shown."""
    seen = [check(selection) for selection in selections()]
    assert sum(number > 0 for number in seen) > len(seen) / 3


def test_the_number_of_selected_purchases_is_that_of_sql(build: Build) -> None:
    def check(chosen: Selection) -> int:
        ((number,),) = sql(build, f"select count(*) from mart.purchase p where {where(chosen)}")
        assert data.how_many(build, chosen) == number, chosen
        return int(number)

    each_selection(check)


def test_totals_by_year_and_by_vendor_are_those_of_sql(build: Build) -> None:
    def check(chosen: Selection) -> int:
        totals = data.totals(build, chosen)
        expected = sql(
            build,
            f"""
            select record_kind, basis, {CURRENCY} as money_currency, count(distinct p.purchase_id),
                count(distinct vendor_id), coalesce(sum(money), 0), min(date), max(date),
                min(fiscal_year), max(fiscal_year)
            from mart.purchase p left join {moves(chosen)} m using (purchase_id)
            where {where(chosen)} and record_kind <> 'idv'
            group by all order by all
            """,
        )
        got = [
            (
                *(t.measure.record_kind, t.measure.basis, t.measure.currency, t.purchases),
                *(t.vendors, t.amount, t.first_date, t.last_date, t.first_year, t.last_year),
            )
            for t in totals
        ]
        assert sorted(got, key=lambda row: row[:3]) == expected, chosen
        for measure in [total.measure for total in totals]:
            _by_year_and_vendor(build, chosen, measure)
        return len(totals)

    each_selection(check)


def _by_year_and_vendor(build: Build, chosen: Selection, measure: Measure) -> None:
    kept = where(chosen.of(measure))
    years = sql(
        build,
        f"""
        select fiscal_year, sum(money), coalesce(sum(money) filter (money > 0), 0),
            coalesce(sum(money) filter (money < 0), 0), count(distinct purchase_id)
        from mart.purchase p join {moves(chosen)} m using (purchase_id)
        where {kept} and record_kind <> 'idv' and money is not null and fiscal_year is not null
        group by fiscal_year order by fiscal_year
        """,
    )
    assert [
        (y.year, y.amount, y.added, y.reduced, y.purchases)
        for y in data.by_year(build, chosen, measure)
    ] == years
    for group, column in (("vendor", "vendor_id"), ("office", "upper(office_name)")):
        expected = sql(
            build,
            f"""
            select {column} as id, coalesce(sum(money), 0), count(distinct p.purchase_id),
                count(distinct p.purchase_id) filter (amount_scope = 'lifetime')
            from mart.purchase p left join {moves(chosen)} m using (purchase_id)
            where {kept} and record_kind <> 'idv' and id is not null group by id order by id
            """,
        )
        bars = data.by(build, chosen, measure, group)
        got = [(bar.id, bar.amount, bar.purchases, bar.lifetime_purchases) for bar in bars]
        assert sorted(got) == expected
        assert got == sorted(got, key=lambda row: -row[1])
        assert data.groups(build, chosen, measure, group) == len(expected)
        assert data.by(build, chosen, measure, group, 2) == bars[:2]


def test_counts_of_each_filter_obey_every_other_filter(build: Build) -> None:
    def check(chosen: Selection) -> int:
        shown = 0
        for facet, (column, _) in FIELDS.items():
            free = replace(chosen, **{facet: STATUSES if facet == "statuses" else ()})
            expected = dict(
                sql(
                    build,
                    f"select {column}, count(*) from mart.purchase p where {where(free) or 'true'} "
                    f"and {column} is not null group by all",
                )
            )
            counted = data.choices(build, chosen, facet)
            assert {each.id: each.purchases for each in counted} == expected, (facet, chosen)
            shown += len(counted)
        free = replace(chosen, years=())
        expected = dict(
            sql(
                build,
                f"select fiscal_year::varchar, count(distinct purchase_id) from mart.purchase p "
                f"join {moves(free)} using (purchase_id) where {where(free)} "
                "and fiscal_year is not null group by all",
            )
        )
        assert {c.id: c.purchases for c in data.choices(build, chosen, "years")} == expected
        return shown

    each_selection(check)


def test_a_page_of_rows_is_the_same_page_in_sql(build: Build, monkeypatch: Any) -> None:
    """The way of builds too large to hold says what the way through memory says."""

    def pages(chosen: Selection) -> list[Any]:
        records.purchases_from.cache_clear()
        return [data.purchases(build, chosen, order, 2, 7) for order in data.SORTS]

    every = selections()[:20]
    through_memory = [pages(chosen) for chosen in every]
    assert any(rows for each in through_memory for rows in each)
    grew = data.grown.__wrapped__(build, selections()[1])
    assert grew
    monkeypatch.setattr(records, "held", lambda b: replace(held.held(b), rows=None))
    assert [pages(chosen) for chosen in every] == through_memory
    assert data.grown.__wrapped__(build, selections()[1]) == grew


def test_the_largest_programme_is_that_of_sql(build: Build) -> None:
    def check(chosen: Selection) -> int:
        measure = Measure()
        expected = sql(
            build,
            f"""
            select agency_id, vendor_id, technology, sum(money) as amount,
                count(distinct purchase_id)
            from mart.purchase p join {moves(chosen)} m using (purchase_id)
            where {where(chosen.of(measure))} and record_kind <> 'idv'
            group by 1, 2, 3
            order by amount desc nulls last, agency_id, vendor_id, coalesce(technology, '') limit 1
            """,
        )
        found = data.largest_programme(build, chosen, measure)
        if not expected or (expected[0][3] or 0) <= 0:
            assert found is None
            return 0
        assert found is not None
        assert (found.agency_id, found.vendor_id, found.technology, found.amount,
                found.purchases) == expected[0]  # fmt: skip
        return 1

    each_selection(check)


def test_growth_and_resellers_are_those_of_sql(build: Build) -> None:
    def check(chosen: Selection) -> int:
        selected = f"from mart.purchase p where record_kind <> 'idv' and {where(chosen)}"
        known = data.growth_known(build, chosen)
        assert [tuple(known[name] for name in ("known", "unknown", "grew"))] == sql(
            build,
            "select count(ceiling_growth_usd), count(*) - count(ceiling_growth_usd), "
            f"count(*) filter (ceiling_growth_usd > 0) {selected}",
        )
        money = chosen.of(Measure("contract", "committed"))
        columns = ("vendor_id", "maker_id", "technology", "purchases", "amount", "last_date")
        found = [
            tuple(row[name] for name in columns)
            for row in data.resold(build, chosen, Measure("contract", "committed"))
        ]
        expected = sql(
            build,
            "select vendor_id, maker_id, technology, count(*), coalesce(sum((select sum(money) "
            f"from {moves(chosen)} as m where m.purchase_id = p.purchase_id)), 0), "
            f"max(last_date) from mart.purchase p where {where(money)} "
            "and maker_id is distinct from vendor_id and maker_id is not null group by all",
        )
        assert sorted(found, key=str) == sorted(expected, key=str)
        assert [row[4] for row in found] == sorted((row[4] for row in found), reverse=True)
        return int(known["grew"])

    each_selection(check)


def test_two_builds_are_held_apart(home: Path) -> None:
    """Answers kept for one build are never given for another, nor for another selection."""
    chosen = (Selection(), Selection(agencies=("a:1",)), Selection(years=(2022,)))

    def answers(build: Build) -> list[Any]:
        return [
            (data.how_many(build, s), data.totals(build, s), data.choices(build, s, "vendors"),
             data.purchases(build, s))
            for s in chosen
        ]  # fmt: skip

    publish(home, many_rows(1), "first")
    first = data.current()
    said_first = answers(first)
    publish(home, many_rows(7, 150), "second")
    second = data.current()
    said_second = answers(second)
    assert all(one != other for one, other in zip(said_first, said_second, strict=True))
    assert len({repr(each) for each in said_first}) == len(chosen)
    assert (answers(first), answers(second)) == (said_first, said_second)
    publish(home, many_rows(9, 50), "third")
    data.how_many(data.current(), Selection())
    assert answers(first) == said_first
    assert len(held._held) == 2


def test_sums_beyond_a_machine_integer_are_exact(home: Path) -> None:
    rows = sample_rows()
    largest = Decimal("9999999999999999.99")
    first = next(r for r in rows["mart.transaction"] if r["purchase_id"] == "us_federal:A1")
    rows["mart.transaction"] += [
        {**first, "transaction_id": f"large:{n}", "amount": largest, "amount_usd": largest}
        for n in range(20)
    ]
    publish(home, rows)
    build = data.current()
    known = sum(
        r["amount_usd"]
        for r in rows["mart.transaction"]
        if r["purchase_id"] in
        {p["purchase_id"] for p in rows["mart.purchase"] if p["is_counted"]}
    )  # fmt: skip
    (total,) = data.totals(build, Selection())
    assert total.amount == known > 20 * 9999999999999999
    assert data.by(build, Selection(), Measure(), "agency")[0].amount > 20 * 9999999999999999
    assert max(y.amount for y in data.by_year(build, Selection(), Measure())) > 10**17
