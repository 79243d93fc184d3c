"""The hearing brief: what one page of paper says of an agency or a place, for reading aloud.

Only what a record says, in the order in which a hearing asks; what no record says stands in one
line of its own. `brief_pdf` sets it on paper.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dashboard import data, sentences, use_law
from dashboard import format as fmt
from dashboard.data import Build, Measure, Row, Selection, Total
from dashboard.parts import Strong, address

QUESTIONS = (
    "What is the last day to refuse renewal, and will it come here first?",
    "Last year, how many searches, and how many led to a charge or to an error?",
    "Which outside agencies can search our data, and when was that audited?",
    "Has any employee used a free trial, and will you ask in writing?",
    "Who pays when the grant ends, and what happens to our data?",
)
_MONTHS = 12
_CONTRACTS = 5
_FEW = 3
_LONG = 60
_NUMBER = 30


@dataclass(frozen=True)
class Footnote:
    """Where a statement comes from, with its date."""

    text: str


Said = str | Strong | Footnote
Line = Sequence[Said]


@dataclass(frozen=True)
class Contract:
    """One line of the table of contracts that end."""

    what: str
    ends: str
    last_day: str
    amount: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it: sentences, and contracts where it lists any."""

    heading: str
    lines: Sequence[Line] = ()
    contracts: Sequence[Contract] = ()


@dataclass(frozen=True)
class Brief:
    """One page: title, sections, questions, and the address of the live page."""

    title: str
    under: str
    sections: Sequence[Section]
    questions: Sequence[str]
    page: str
    "The address of the live page, relative to the site."
    build_id: str
    as_of: date


@dataclass(frozen=True)
class _Subject:
    name: str
    page: str
    place_id: str
    agency_id: str | None
    selection: Selection


def of_agency(build: Build, agency_id: str) -> Brief | None:
    """Return the brief of an agency, or None where no such agency is published."""
    agency = data.agency(build, agency_id)
    if agency is None:
        return None
    return _brief(
        build,
        _Subject(
            name=str(agency["agency_name"]),
            page=address("agency", id=agency_id),
            place_id=str(agency["place_id"]),
            agency_id=agency_id,
            selection=Selection(agencies=(agency_id,)),
        ),
    )


def of_place(build: Build, place_id: str) -> Brief | None:
    """Return the brief of a place itself, all its agencies together, or None."""
    place = data.place(build, place_id)
    if place is None:
        return None
    return _brief(
        build,
        _Subject(
            name=str(place["place_name"]),
            page=address("place", id=place_id),
            place_id=place_id,
            agency_id=None,
            # No agency at all must select nothing, and not everything.
            selection=Selection(agencies=data.buyers_of_place(build, place_id) or ("",)),
        ),
    )


def _brief(build: Build, subject: _Subject) -> Brief:
    as_of = data.about(build)["as_of"]
    totals = data.totals(build, subject.selection)
    ending = data.ending(
        build, subject.selection, as_of, as_of + timedelta(days=365 * 5), _CONTRACTS
    )
    laws = _laws(build, subject, as_of)
    uses = _uses(build, subject)
    peers = _peers(build, subject, totals[0].measure) if totals else []
    funding = _funds(build, subject, totals)
    missing = [
        *([] if ending else ["when any running contract ends"]),
        *([] if any(row["days"] for row in ending) else ["the last day to give notice"]),
        *([] if funding else ["out of which money it is paid"]),
        "who else can search the data",
        "how long the data are kept",
        "who pays when a grant ends",
        *([] if uses else ["how often it is used, or what was answered when asked"]),
        *([] if laws else ["any law on these technologies that binds here"]),
        *([] if peers else ["what others like it pay, on an equal basis and period"]),
    ]
    sections = [
        Section(
            "The decision that is due",
            [_due(ending, as_of, data.without_end(build, subject.selection))],
        ),
        Section("What it costs", _costs(build, subject, totals, funding)),
        *(
            [Section("When contracts end", contracts=[_contract(row) for row in ending])]
            if ending
            else []
        ),
        *([Section("The law here", laws)] if laws else []),
        *([Section("Use, and what was answered", uses)] if uses else []),
        *([Section("Beside others", peers)] if peers else []),
        Section("What no record here says", [[fmt.capital(fmt.listed(missing)), "."]]),
    ]
    return Brief(
        title=f"{subject.name}: surveillance technology",
        under=f"Hearing brief. Public records as of {fmt.day(as_of)}.",
        sections=sections,
        questions=QUESTIONS,
        page=subject.page,
        build_id=build.build_id,
        as_of=as_of,
    )


def _due(ending: Sequence[Row], as_of: date, without_end: int) -> Line:
    near = [row for row in ending if row["ends"] <= as_of + timedelta(days=365)]
    if not near:
        said_none = (
            f"These records show no contract that ends within {_MONTHS} months of {fmt.day(as_of)}."
        )
        if not without_end:
            return [said_none]
        # An end that is not in the record is no contract that goes on, and none that has ended.
        purchases = fmt.count(without_end, "purchase")
        may = "it may" if without_end == 1 else "any of them may"
        return [f"{said_none} For {purchases} no end is in the record: {may}."]
    first = near[0]
    said: list[Said] = [
        "Whether to renew: ",
        Strong(f"{_what(first)} ends on {fmt.day(first['ends'])}"),
        ". ",
    ]
    if first["last_day_to_act"]:
        said += [
            "Last day to act: ",
            Strong(fmt.day(first["last_day_to_act"])),
            _notice_footnote(first),
            ".",
        ]
    else:
        said.append("Last day to act: notice period not in the record.")
    return said


def _notice_footnote(row: Row) -> Footnote:
    return Footnote(
        f"{row['days']} days before the end: {row['notice_what']}. {row['notice_source']}, "
        f"confidence {row['notice_confidence']}."
    )


def _what(row: Row) -> str:
    technology = fmt.lower_first(str(row["technology_name"] or row["technology"] or "a purchase"))
    return f"{technology} from {fmt.clip(str(row['vendor_name'] or fmt.MISSING), _LONG)}"


def _contract(row: Row) -> Contract:
    said = str(row["award_number"] or "")
    # A number that is longer is no number that a person would read out: the live page has it.
    number = f", {said}" if 0 < len(said) <= _NUMBER else ""
    amount = row["money"]
    return Contract(
        what=fmt.capital(_what(row)) + number,
        ends=fmt.day(row["ends"]),
        last_day=fmt.day(row["last_day_to_act"])
        if row["last_day_to_act"]
        else "notice period not in the record",
        amount=fmt.MISSING
        if amount is None
        else f"{fmt.money(abs(amount), row['money_currency'])} "
        f"{row['basis'] if amount >= 0 else 'withdrawn'}",
    )


def _funds(build: Build, subject: _Subject, totals: Sequence[Total]) -> dict[str, int]:
    """Return how many purchases name each kind of fund, whatever kind of money they are."""
    found: Counter[str] = Counter()
    for total in totals:
        for row in data.funding(build, subject.selection, total.measure):
            if row["funding_kind"]:
                found[str(row["funding_kind"])] += row["purchases"]
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _costs(
    build: Build, subject: _Subject, totals: Sequence[Total], funding: Mapping[str, int]
) -> list[Line]:
    if not totals:
        searched = data.coverage_of(build, subject.agency_id) if subject.agency_id else None
        looked = bool(searched) or any(
            row["place_id"] == subject.place_id for row in data.coverage(build)
        )
        return [
            [
                "No counted purchase was found in the records that were searched."
                if looked
                else "Not searched: no source of its spending is loaded here. That nothing stands "
                "here means nothing."
            ]
        ]
    main, others = totals[0], totals[1:]
    as_of = data.about(build)["as_of"]
    titles = fmt.listed(_titles(build, subject), _FEW)
    lines: list[Line] = [
        [
            *_text(sentences.found(main, subject.name, "surveillance technology")),
            Footnote(
                f"{fmt.capital(sentences.gloss(main.measure.basis))}. From {titles}, "
                f"as of {fmt.day(as_of)}. {_range(build, subject, main)}"
            ),
        ]
    ]
    lines += _year(build, subject, main.measure)
    lines += _largest(build, subject, main)
    if others:
        lines.append(_text(sentences.other_money(others)))
    if funding:
        paid = [f"{kind} ({fmt.count(number, 'purchase')})" for kind, number in funding.items()]
        lines.append([f"Paid out of, where the record says so: {fmt.listed(paid, _FEW)}."])
    return lines


def _text(parts: Sequence[object]) -> list[Said]:
    """Return a sentence of a page without its links: paper has none."""
    return [
        part if isinstance(part, str | Strong) else str(getattr(part, "text", "")) for part in parts
    ]


def _titles(build: Build, subject: _Subject) -> list[str]:
    agencies = [subject.agency_id] if subject.agency_id else subject.selection.agencies
    found = [row["title"] for each in agencies for row in data.coverage_of(build, str(each))]
    return list(dict.fromkeys(str(title) for title in found)) or [
        str(row["title"]) for row in data.sources(build)
    ]


def _range(build: Build, subject: _Subject, total: Total) -> str:
    doubtful = data.total(build, replace(subject.selection, statuses=("possible",)), total.measure)
    said = _text(sentences.range_of(total, doubtful))
    return "".join(
        part if isinstance(part, str) else part.text
        for part in said
        if not isinstance(part, Footnote)
    ).strip()


def _year(build: Build, subject: _Subject, measure: Measure) -> list[Line]:
    years = data.by_year(build, subject.selection, measure)
    if not years:
        return []
    covered = data.years_covered(build)
    buyers = [bar.id for bar in data.by(build, subject.selection, measure, "agency") if bar.amount]
    whole = [
        year
        for year in years
        if all(year.year in covered.get(each, frozenset()) for each in buyers)
    ]
    last = (whole or list(years))[-1]
    begins, _ = data.calendar(build, subject.selection, measure)
    name = (
        fmt.fiscal_year_explained(last.year, begins[0])
        if len(begins) == 1
        else f"FY{last.year}, by the fiscal year of each buyer"
    )
    period = name if whole else f"{name}, not covered in whole"
    return [
        [
            f"In {period}: ",
            Strong(fmt.quoted_total(last.amount, measure.basis, "in that year", measure.currency)),
            f" in {fmt.count(last.purchases, 'purchase')}.",
            Footnote(
                f"{fmt.money(last.added, measure.currency)} added, "
                f"{fmt.money(-last.reduced, measure.currency) if last.reduced else 'nothing'} "
                "withdrawn. "
                + (
                    "The newest fiscal year covered in whole."
                    if whole
                    else "No fiscal year is covered in whole."
                )
            ),
        ]
    ]


def _largest(build: Build, subject: _Subject, total: Total) -> list[Line]:
    largest = data.largest_programme(build, subject.selection, total.measure)
    if largest is None:
        return []
    return [
        [
            f"The largest part is {sentences.programme_name(largest)}: ",
            Strong(f"{fmt.money(largest.amount, total.measure.currency)} {total.measure.basis}"),
            f" in {fmt.count(largest.purchases, 'purchase')}.",
            Footnote(
                f"{fmt.percent(largest.amount, total.amount)} of the first figure, over "
                "the same period."
                if total.amount >= largest.amount
                else "More than the first figure, which has reductions in it."
            ),
        ]
    ]


def _laws(build: Build, subject: _Subject, as_of: date) -> list[Line]:
    """Return the laws that mention what was bought or used here, in force or not to be judged."""
    bought = {
        bar.id
        for total in data.totals(build, subject.selection)
        for bar in data.by(build, subject.selection, total.measure, "technology")
    }
    used = {row["technology"] for row in _use_rows(build, subject)}
    about = bought | used
    found = [
        row
        for row in data.laws_of_place(build, subject.place_id, as_of)
        if row["judgement"] in ("in force", "cannot be judged")
        and row["agency_id"] in (None, subject.agency_id)
        and (row["covers_all"] or about & set(row["technologies"] or ()))
    ]
    found.sort(key=lambda row: not row["is_restriction"])
    more = len(found) - _FEW
    said = [_law(row) for row in found[:_FEW]]
    if more > 0:
        name = fmt.count(more, "more law or ruling", "more laws and rulings")
        said.append([f"{fmt.capital(name)} that can bind here: see the live page."])
    return said


def _law(row: Row) -> Line:
    since = use_law.when(
        row["earliest_start_date"], row["latest_start_date"], row["latest_last_date"], ends=True
    )
    state = (
        since
        if row["judgement"] == "in force"
        else f"whether it stands today cannot be judged: {row['because']}"
    )
    said: list[Said] = [
        Strong(str(row["law_name"])),
        f" ({row['kind']}, {row['place_name']}; {state}): {str(row['summary']).rstrip('.')}.",
    ]
    if row["exceptions"]:
        said.append(f" It leaves out: {fmt.lower_first(str(row['exceptions'])).rstrip('.')}.")
    dates = "" if row["is_date_verified"] else " Dates not verified."
    return [*said, Footnote(f"{_source(row)}{dates}")]


def _source(row: Row) -> str:
    dated = use_law.between(row["earliest_source_date"], row["latest_source_date"])
    when = f", {dated}" if row["earliest_source_date"] or row["latest_source_date"] else ""
    return f"{fmt.clip(str(row['source_title']), 110)}{when}; confidence {row['confidence']}."


def _use_rows(build: Build, subject: _Subject) -> list[Row]:
    rows = (
        data.uses_of_agency(build, subject.agency_id)
        if subject.agency_id
        else data.uses_of_place(build, subject.place_id)
    )
    return [row for row in rows if not row["is_group"]]


def _uses(build: Build, subject: _Subject) -> list[Line]:
    return [
        [
            f"{row['agency_name']}, {row['vendor_name'] or fmt.MISSING}: ",
            (
                f"{use_law.reported(row).rstrip('.')}. The agency: "
                f"{use_law.ANSWERS[row['answer'] or 'none']}."
            ),
            Footnote(_source(row) + ("" if row["is_verified"] else " Not verified.")),
        ]
        for row in _use_rows(build, subject)[:2]
    ]


def _peers(build: Build, subject: _Subject, measure: Measure) -> list[Line]:
    if subject.agency_id is None:
        rows = data.peers(build, subject.place_id, measure)[:_FEW]
        return [
            [
                f"{row['place_name']}, {_span(row)}: ",
                Strong(
                    f"{fmt.each(row['per_resident'], row['currency'])} {measure.basis} a resident"
                ),
                f"; here in those years {fmt.each(row['here_per_resident'], row['currency'])}.",
                Footnote(
                    f"{row['population']:,} residents there, {row['here_population']:,} here "
                    f"({row['population_source'] or fmt.MISSING}). Equal kind of record and basis. "
                    "Chosen: the same kind of place, the nearest in population."
                ),
            ]
            for row in rows
        ]
    return [
        [
            f"{row['agency_name']}, {_span(row)}: ",
            Strong(f"{fmt.percent(row['amount'], row['whole'])} of all it {measure.basis}"),
            f"; here in those years {fmt.percent(row['here_amount'], row['here_whole'])}.",
            Footnote(
                f"{_money(row, 'amount')} of {_money(row, 'whole')} there, "
                f"{_money(row, 'here_amount')} of {_money(row, 'here_whole')} here, in the "
                "same records, basis and years. Chosen: "
                + (
                    "the other agencies of its department."
                    if row["kind"] is None
                    else "bodies of the same kind, the nearest in population."
                )
            ),
        ]
        for row in data.agency_peers(build, subject.agency_id, measure)[:_FEW]
    ]


def _span(row: Row) -> str:
    return fmt.span(f"FY{row['first_year']}", f"FY{row['last_year']}")


def _money(row: Row, name: str) -> str:
    return fmt.money(row[name], str(row["currency"]))
