"""Sentences that a person could read aloud in a hearing and a lawyer would let stand."""

from collections.abc import Sequence
from datetime import date

from dashboard import format as fmt
from dashboard.data import Programme, Row, Rows, Selection, Total, YearAmount
from dashboard.parts import Link, Muted, Part, Parts, Quoted, Strong, address

QUESTION = "Which agencies are buying surveillance technology, from whom, and for how much?"


def overview_title(coverage: Rows) -> str:
    """Return the question, or what the one agency bought that has been searched."""
    if len(coverage) == 1:
        return f"What {coverage[0]['abbreviation'] or coverage[0]['agency_name']} bought"
    return QUESTION


def what_is_counted(
    *,
    with_related: bool,
    left_out: Sequence[str] = (),
    is_staffing_out: bool = False,
    with_doubtful: bool = False,
) -> str:
    """Return what the counted purchases are purchases of."""
    named = [fmt.lower_first(name) for name in left_out]
    named += ["staffing"] if is_staffing_out else []
    beside = ["doubtful purchases counted too"] if with_doubtful else []
    beside += [f"without {fmt.listed(named)}"] if named else []
    return (
        "surveillance technology"
        + (" and neighbouring goods" if with_related else "")
        + (f" ({'; '.join(beside)})" if beside else "")
    )


def period(total: Total) -> str:
    """Return the period in which money moved, fiscal years explained on first mention."""
    if total.first_year is None or total.last_year is None:
        return "no dated transactions"
    first, last = total.first_year, total.last_year
    if not total.measure.is_federal:
        span = f"FY{first}" if first == last else f"FY{first} to FY{last}"
        return f"{span}, by the fiscal year of each buyer"
    if first == last:
        return fmt.fiscal_year_explained(first)
    return f"FY{first} to FY{last}, October {first - 1} to September {last}"


def gloss(basis: str) -> str:
    """Return a basis with what it means, as it is glossed once a page."""
    return f"{basis}: {fmt.BASIS_GLOSS[basis]}"


def by_whom(total: Total, coverage: Rows) -> str:
    """Return who bought: the one agency's name, or how many agencies."""
    if total.agencies == 1 and len(coverage) == 1:
        return str(coverage[0]["agency_name"])
    return fmt.count(total.agencies, "agency", "agencies")


def found(total: Total, whom: str, what: str, left_out: str = "") -> list[Part]:
    """Return the answer: how many purchases, by whom, with how much."""
    basis = total.measure.basis
    beginning = f"Without {left_out}, we found " if left_out else "We found "
    parts: list[Part] = [
        beginning,
        Strong(fmt.count(total.summed_purchases, "purchase")),
        f" of {what} by {whom}",
    ]
    if not total.purchases:
        return [*parts, " in these records."]
    if total.amount < 0:
        parts += [
            ", with ",
            Strong(fmt.money(-total.amount, total.measure.currency)),
            " withdrawn in this period; ",
        ]
        return [*parts, "earlier additions are not shown (", period(total), ")."]
    return [
        *parts,
        " with ",
        Strong(fmt.money(total.amount, total.measure.currency)),
        f" {basis} ({fmt.BASIS_GLOSS[basis].split(';')[0]}; {period(total)}).",
    ]


def total_words(total: Total) -> str:
    """Return what a total comes to, in its own currency."""
    measure = total.measure
    return fmt.quoted_total(total.amount, measure.basis, currency=measure.currency)


def other_money(others: Sequence[Total]) -> list[Part]:
    """Return what stands beside the first measure: different kinds of money, never added."""
    parts: list[Part] = []
    for total in others:
        kind = fmt.KIND_WORDS[total.measure.record_kind]
        parts += [
            "And ",
            Strong(total_words(total)),
            (
                f" under {fmt.count(total.purchases, kind)} by "
                f"{fmt.count(total.agencies, 'agency', 'agencies')}. "
            ),
        ]
    return [*parts, "These are different kinds of money, never added."] if parts else []


def programme_name(programme: Programme) -> str:
    """Return a programme in words: what, from whom."""
    return f"{fmt.lower_first(programme.technology_name)} from {programme.vendor_name}"


def largest_part(programme: Programme, rest: Total, *, names_buyer: bool = False) -> list[Part]:
    """Return how much of the total is one programme, and what remains without it."""
    buyer = f" bought by {programme.agency_name}" if names_buyer else ""
    return [
        "The largest part, ",
        Strong(fmt.money(programme.amount, rest.measure.currency)),
        f", is one programme: {programme_name(programme)}{buyer}. Without it: ",
        Strong(fmt.money(abs(rest.amount), rest.measure.currency)),
        (" withdrawn" if rest.amount < 0 else "")
        + f" in {fmt.count(rest.summed_purchases, 'purchase')}.",
    ]


def doubtful(possible: Sequence[Total], agency: str = "", **kept: str) -> list[Part]:
    """Return what is left out because a person has yet to look at it, with the way to it."""
    kept = {**kept, **({"agency": agency} if agency else {})}
    if not possible:
        return []
    parts: list[Part] = []
    for total in possible:
        parts += [
            Link(
                fmt.count(total.purchases, "doubtful purchase"),
                address("explore", status=fmt.capital(fmt.STATUS_WORDS["possible"]), **kept),
            ),
            f", {total_words(total)}, ",
        ]
    number = sum(total.purchases for total in possible)
    return [*parts, "is left out." if number == 1 else "are left out."]


def lifetime(total: Total) -> list[Part]:
    """Return what is known only as lifetime totals, apart from sums by year."""
    if not total.lifetime_purchases:
        return []
    return [
        f"{fmt.capital(fmt.count(total.lifetime_purchases, 'purchase'))} known only as a lifetime "
        f"total, {fmt.money(total.lifetime_amount, total.measure.currency)}, "
        + ("stands" if total.lifetime_purchases == 1 else "stand")
        + " apart: not in these sums, nor in figures by year. "
    ]


def covered(coverage: Rows, sources: Rows) -> list[Part]:
    """Return what was searched, in one line."""
    if not coverage:
        return ["no agency yet."]
    kinds = sorted({fmt.kinds(str(s["record_kind"])) for s in sources})
    dated = [
        f"{row['agency_name']} ({fmt.day(row['first_date'])} to {fmt.day(row['last_date'])})"
        for row in coverage
    ]
    number = fmt.count(len(coverage), "agency", "agencies")
    joint = ", " if len(coverage) == 1 else ": "
    return [f"{fmt.listed(kinds)} of {number}{joint}{fmt.listed(dated, 3)}."]


def not_whole(partial: Sequence[int], names: Sequence[str]) -> list[Part]:
    """Return which years are not covered for every agency, beside a chart that would mislead."""
    if not partial:
        return []
    years = fmt.listed(_year_spans(partial))
    verb = "is" if len(partial) == 1 else "are"
    return [
        f"{years} {verb} not covered in whole for {fmt.listed(names, 3)}: ",
        "a lower figure there need not mean less buying. Those years are hatched.",
    ]


def _year_spans(years: Sequence[int]) -> list[str]:
    """Return years as a reader says them: FY2013, FY2015 to FY2020."""
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return [f"FY{span[0]}" if len(span) == 1 else f"FY{span[0]} to FY{span[-1]}" for span in spans]


def not_searched(coverage: Rows) -> list[Part]:
    """Return what was not searched, in one line."""
    places = {row["place_id"] for row in coverage}
    who = "every other agency" if coverage else "every agency"
    other = "no other government has been searched" if len(places) == 1 else "and everyone else"
    return [f"{who}; {other}. Absence here means nothing. ", Link("What is covered", "sources")]


def small_print(
    total: Total | None, sources: Rows, as_of: date, extra: Sequence[Part] = ()
) -> list[Part]:
    """Return the one small line: what the basis means, from where, as of when."""
    basis = total.measure.basis if total else ""
    parts: list[Part] = []
    if basis:
        parts.append(f"{fmt.capital(gloss(basis))}. ")
    if total:
        parts += lifetime(total)
        if total.without_amount:
            parts.append(
                f"{fmt.capital(fmt.count(total.without_amount, 'purchase'))} of which the record "
                "says no amount, counted and not in the sum. "
            )
    titles = fmt.listed((str(row["title"]) for row in sources), 3)
    return [
        *parts,
        *extra,
        f" From {titles}, as of {fmt.day(as_of)}. " if titles else "",
        Link("How we know", "method"),
    ]


def range_of(total: Total, possible: Total | None) -> list[Part]:
    """Return how far a total could rise if every doubtful purchase were counted."""
    if possible is None or not possible.purchases or possible.amount <= 0:
        return []
    return [
        (
            f"With every doubtful purchase ({fmt.count(possible.purchases, 'purchase')}, "
            f"{fmt.money(possible.amount, total.measure.currency)}) it would be "
            f"{fmt.money(total.amount + possible.amount, total.measure.currency)}. "
        )
    ]


def vendor_answer(total: Total, vendor: str, agencies: Sequence[str]) -> list[Part]:
    """Return what agencies obligated to a vendor, in the words of a hearing."""
    when = _when(total)
    number = fmt.count(total.purchases, "purchase")
    who = fmt.listed(agencies, 2)
    if total.amount < 0:
        return [
            f"In these records, {who} withdrew ",
            Strong(fmt.money(-total.amount, total.measure.currency)),
            f" from {vendor} in {number}, {when}; earlier additions are not shown.",
        ]
    return [
        f"In these records, {who} {total.measure.basis} ",
        Strong(fmt.money(total.amount, total.measure.currency)),
        f" to {vendor} in {number}, {when}.",
    ]


def _when(total: Total) -> str:
    """Return when money moved: months, or fiscal years where the record has no days."""
    if total.first_date is None and total.first_year is not None:
        return fmt.span(f"FY{total.first_year}", f"FY{total.last_year}")
    return fmt.months(total.first_date, total.last_date)


def bought_from(
    totals: Sequence[Total], seller: str, buyers: Sequence[str], *, is_maker: bool = False
) -> list[Part]:
    """Return what one buyer bought from one seller, each kind of money by itself.

    Whoever asks what was paid learns where the records know no payments.
    """
    whom = f"the sellers of {seller}'s products" if is_maker else seller
    parts: list[Part] = []
    for total in totals:
        parts += [*vendor_answer(total, whom, buyers), " "]
    if all(total.measure.basis != "paid" for total in totals):
        parts.append("Payments are not in these records.")
    return parts


def because(reasons: Rows, technologies: Sequence[str]) -> str:
    """Return as what purchases count and why, in one sentence."""
    if not reasons or not technologies:
        return ""
    names = fmt.listed((fmt.lower_first(name) for name in technologies), 3)
    title = str(reasons[0]["title"])
    if title.split(" ", 1)[0] in ("The", "A", "An", "This", "These"):
        title = fmt.lower_first(title)
    return f"We count them as {names}: {title}."


def share(row: Row | None, basis: str) -> list[Part]:
    """Return what part of all an agency's spending this is, in the same records."""
    if row is None:
        return []
    years = (
        f"FY{row['first_year']}"
        if row["first_year"] == row["last_year"]
        else f"FY{row['first_year']} to FY{row['last_year']}"
    )
    return [
        f"That is {fmt.percent(row['part_usd'], row['whole_usd'])} of the ",
        f"{fmt.money(row['whole_usd'])} that the agency {basis} in all in the same records, ",
        f"{years}.",
    ]


def years_described(years: Sequence[YearAmount], what: str, currency: str) -> str:
    """Return in one sentence what a chart by year shows, for those who cannot see it."""
    if not years:
        return f"{what}: no transaction in any fiscal year."
    largest = max(years, key=lambda year: year.amount)
    newest = years[-1]
    below = [f"FY{year.year}" for year in years if year.amount < 0]
    said = (
        f"{what} by fiscal year, {fmt.span(f'FY{years[0].year}', f'FY{newest.year}')}: the most in "
        f"FY{largest.year}, {fmt.money(largest.amount, currency)}"
    )
    if newest is not largest:
        said += f", and {fmt.money(newest.amount, currency)} in FY{newest.year}"
    if below:
        verb = "lies" if len(below) == 1 else "lie"
        said += f"; {fmt.listed(below)} {verb} below the line, as more was withdrawn than added"
    return f"{said}."


def below_the_line(years: Sequence[YearAmount], what: str, currency: str) -> list[Part]:
    """Return in words which columns hang below the line, and what that means."""
    below = [year for year in years if year.amount < 0]
    if not below:
        return []
    listed = fmt.listed(
        (f"{fmt.money(-year.amount, currency)} in FY{year.year}" for year in below), 4
    )
    of = f"{what}: " if what else ""
    return [
        f"{of}{listed} withdrawn: in " + ("that year" if len(below) == 1 else "those years"),
        " reductions of earlier commitments and refunds exceed what was added, so the column ",
        "stands below the line. The earlier additions may lie before these records begin.",
    ]


def bought(row: Row) -> Part:
    """Return what was bought: the record's words in quotation marks, or ours without."""
    if row["description"]:
        return Quoted(fmt.clip(str(row["description"])))
    return fmt.capital(str(row["what"])) if row["what"] else Muted(fmt.MISSING)


def sold_by(row: Row) -> list[Part]:
    """Return the vendor, and the maker where the vendor is not the maker."""
    parts: list[Part] = [
        (
            Link(str(row["vendor_name"]), address("vendor", id=row["vendor_id"]))
            if row["vendor_id"]
            else str(row["vendor_name"])
        )
        if row["vendor_name"]
        else Muted(fmt.MISSING)
    ]
    if row["maker_id"] and row["maker_id"] != row["vendor_id"]:
        maker = Link(str(row["maker_name"]), address("vendor", id=row["maker_id"]))
        parts += [Muted(" for "), maker]
    return parts


def sums(totals: Sequence[Total]) -> list[Part]:
    """Return what selected purchases come to, each kind of money by itself."""
    parts: list[Part] = []
    for number, total in enumerate(totals):
        parts += [
            ", with " if number == 0 else "; and, a different kind of money, ",
            Strong(fmt.money(abs(total.amount), total.measure.currency)),
            f" {total.measure.basis}" if total.amount >= 0 else " withdrawn in this period",
        ]
        if len(totals) > 1 or total.lifetime_purchases:
            kind = fmt.KIND_WORDS[total.measure.record_kind]
            parts.append(f" under {fmt.count(total.summed_purchases, kind)}")
        if 0 < total.lifetime_purchases < total.purchases:
            more = (
                "one more is"
                if total.lifetime_purchases == 1
                else (f"{total.lifetime_purchases:,} more are")
            )
            parts.append(f" ({more} known only as a lifetime total)")
    return [*parts, "."]


def how_filtered(selection: Selection, left_out: str = "") -> list[Part]:
    """Return what a selection leaves out that a reader may not expect."""
    said: list[Part] = []
    if left_out:
        said.append(f"Without {left_out}. ")
    if selection.least_amount is not None or selection.most_amount is not None:
        said.append(
            "Filtered by what each purchase comes to in all; those of which the amount is "
            "not in the record are left out. "
        )
    if "possible" in selection.statuses or "rejected" in selection.statuses:
        said.append("This list holds purchases that are not counted in totals elsewhere. ")
    if selection.years:
        said.append("Amounts are what moved in the chosen years alone. ")
    return said


def nobody_looked(name: str, below: Rows) -> list[Part]:
    """Return the answer for an agency that no loaded source covers: not searched, not not found."""
    parts: list[Part] = [
        Strong("Not searched."),
        f" No source that is loaded covers {name} itself.",
    ]
    if below:
        parts.append(" Searched below it: ")
        for number, row in enumerate(below):
            parts += [
                ", " if number else "",
                Link(str(row["agency_name"]), address("agency", id=row["agency_id"])),
            ]
        parts.append(".")
    return parts


def searched_for(rows: Rows) -> list[Part]:
    """Return what was searched for one agency."""
    if not rows:
        return ["no source that covers this agency is loaded."]
    return [
        fmt.listed(
            f"{row['title']}, {fmt.day(row['first_date'])} to {fmt.day(row['last_date'])}"
            for row in rows
        ),
        ".",
    ]


def sold_by_others(total: Total | None, maker: str) -> list[Part]:
    """Return what agencies bought of a maker through others."""
    if total is None or not total.purchases:
        return []
    return [
        "Through other sellers: ",
        Strong(total_words(total)),
        f" in {fmt.count(total.purchases, 'purchase')} of products made by {maker}.",
    ]


def named_technology(technology: Row) -> str:
    """Return a technology's name inside a sentence."""
    return fmt.lower_first(str(technology["technology_name"]))


_ROLES = {
    "maker": "Maker",
    "reseller": "Reseller: sells other makers' products",
    "both": "Maker, and reseller of other makers' products",
    "unknown": fmt.MISSING,
}


def vendor_facts(vendor: Row) -> list[tuple[str, Parts]]:
    """Return what is known about a vendor's name, and from where."""
    names = [str(name) for name in vendor["names_in_records"] or []]
    return [
        ("Role", _ROLES.get(str(vendor["role"]), fmt.MISSING)),
        ("Names in the records", Quoted(fmt.listed(names[:12])) if len(names) == 1
         else fmt.listed([f"\u201c{name}\u201d" for name in names], 12) or Muted(fmt.MISSING)),
        ("Former names", fmt.listed(map(str, vendor["former_names"] or [])) or Muted(fmt.MISSING)),
        ("Parent", str(vendor["parent_name"]) if vendor["parent_name"] else Muted(fmt.MISSING)),
        ("Parent, as recorded",
         fmt.listed([f"\u201c{name}\u201d" for name in vendor["parents_in_records"] or []], 6)
         or Muted(fmt.MISSING)),
        ("Identifiers", fmt.listed(map(str, vendor["identifiers"] or [])) or Muted(fmt.MISSING)),
        ("Known to our register", _register(vendor)),
    ]  # fmt: skip


def _register(vendor: Row) -> str:
    if not vendor["is_known"]:
        return "No: the name stands as the records have it"
    confidence = f", confidence {vendor['confidence']}" if vendor["confidence"] else ""
    return f"Yes, from {vendor['source'] or fmt.MISSING}{confidence}"
