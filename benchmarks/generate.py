"""Write invented federal contract transactions in the official 297-column layout.

    python benchmarks/generate.py --rows 1000000 FOLDER
    python benchmarks/generate.py --rows 1000000 --purchases FOLDER   one transaction to each

The file is named as an official one (`FY2025_All_Contracts_Full_20260906_1.csv`) and looks like
one: keys as the archive builds them, about 2.2 transactions to an award, some IDVs, negative
amounts, descriptions with commas, quotes and line breaks, and one award in seventy that buys
surveillance technology. All 297 columns are filled, but where one excludes another (an award has
no IDV type). Nothing in it is a record: keep it out of every published database.

The same rows, seed and version of DuckDB give the same bytes.
"""

import argparse
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import words

HEADER = Path(__file__).with_name("contracts_297.header.csv")
NAME = "FY2025_All_Contracts_Full_20260906"
TRANSACTIONS_PER_AWARD = 2.2
# Combinations of the code columns; enough that none stands out, few enough to stay in cache.
PROFILES = 4096
IDV_EVERY = 25

# What one file may hold of each flag, in thousandths of the vendors; others 4.
FLAG_SHARES = {
    "for_profit_organization": 930,
    "corporate_entity_not_tax_exempt": 700,
    "receives_contracts": 600,
    "limited_liability_corporation": 350,
    "manufacturer_of_goods": 250,
    "self_certified_small_disadvantaged_business": 150,
    "woman_owned_business": 140,
    "veteran_owned_business": 120,
    "minority_owned_business": 120,
    "subchapter_scorporation": 110,
}


def columns() -> list[str]:
    """Return the 297 column names of the layout, in the official order."""
    return HEADER.read_text(encoding="utf-8").strip().split(",")


def flags() -> list[str]:
    """Return the columns that say t or f about a vendor."""
    names = columns()
    first = names.index("alaskan_native_corporation_owned_firm")
    last = names.index("sba_certified_8a_joint_venture")
    others = {
        "contracting_officers_determination_of_business_size",
        "contracting_officers_determination_of_business_size_code",
        "organizational_type",
    }
    return [name for name in names[first : last + 1] if name not in others]


def text(value: str) -> str:
    """Return `value` as a SQL string."""
    return "'" + value.replace("'", "''") + "'"


def listing(values: Iterable[str]) -> str:
    """Return `values` as a SQL list."""
    return "[" + ", ".join(map(text, values)) + "]"


def table(name: str, heads: str, rows: Iterable[tuple[object, ...]]) -> str:
    """Return the statement that makes a small numbered table (column k, from 0)."""
    lines = (
        f"({k}, " + ", ".join(text(v) if isinstance(v, str) else str(v) for v in row) + ")"
        for k, row in enumerate(rows)
    )
    return f"create temp table {name} as from (values {', '.join(lines)}) as t(k, {heads})"


def small_tables(seed: int) -> Iterator[str]:
    """Yield the statements that make what awards choose from."""
    # Two macros carry all chance: a number, and one of a list. Hashed twice, since the low bits of
    # DuckDB's hash of two values hang together from salt to salt.
    yield f"create temp macro h(x, salt) as hash(hash(x, salt, {seed}))"
    yield "create temp macro pick(choices, x) as choices[1 + (x % len(choices))::integer]"
    shares = (row for row in words.AGENCIES for _ in range(row[4] // 5 or 1))
    agencies = [(*row[:4], office) for row in shares for office in words.OFFICES]
    yield table("office", "dept, dept_name, sub, sub_name, office_name", agencies)
    yield table(
        "city", "city, county, county_fips, state, state_code, state_fips, zip, cd", words.CITIES
    )
    yield table("product", "psc, psc_name, naics, naics_name", words.PRODUCTS)
    codes = ", ".join(
        f"pick({listing(a for a, _ in pairs)}, h(k, {text(name)})) as {name}_code, "
        f"pick({listing(b for _, b in pairs)}, h(k, {text(name)})) as {name}"
        for name, pairs in words.CODES.items()
    )
    yield f"create temp table profile as select range as k, {codes} from range({PROFILES}) t(range)"


def vendor_table(count: int) -> str:
    """Return the statement that makes the vendors: those of the trade first, then invented ones."""
    known = len(words.SURVEILLANCE_VENDORS)
    alphabet = text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    uei = " || ".join(
        f"{alphabet}[1 + (h(k, 'uei{n}') % 32)::integer]" for n in range(11)
    )  # 12 characters, the last a digit below
    shares = ", ".join(
        f"case when h(k, {text(name)}) % 1000 < {FLAG_SHARES.get(name, 4)} then 't' else 'f' end "
        f'as "{name}"'
        for name in flags()
    )
    people = ", ".join(
        f"pick({listing(words.GIVEN)}, h(k, 'g{n}')) || ' ' || "
        f"pick({listing(words.FAMILY)}, h(k, 'f{n}')) as officer_{n}, "
        f"(90000 + h(k, 'pay{n}') % 900000)::varchar as pay_{n}"
        for n in range(1, 6)
    )
    return f"""
        create temp table vendor as
        with named as (
            select range as k,
                case when range < {known} then {listing(words.SURVEILLANCE_VENDORS)}[1 + range]
                else pick({listing(words.FIRST)}, h(range, 'a')) || ' '
                    || pick({listing(words.SECOND)}, h(range, 'b')) || ' '
                    || pick({listing(words.TRADE)}, h(range, 'c'))
                    || pick([' ', ', '], h(range, 'd'))
                    || pick({listing(words.ENDING)}, h(range, 'e')) end as name
            from range({count}) t(range)
        )
        select k, name, {uei} || (h(k, 'uei') % 10)::varchar as uei,
            lpad((h(k, 'duns') % 1000000000)::varchar, 9, '0') as duns,
            upper(substr(md5(k::varchar), 1, 5)) as cage,
            (1 + h(k, 'no') % 9999)::varchar || ' '
                || pick({listing(words.STREET)}, h(k, 'st')) as address,
            'SUITE ' || (100 + h(k, 'suite') % 900)::varchar as address_2,
            (h(k, 'city') % {len(words.CITIES)})::integer as city_k,
            (2020000000 + h(k, 'phone') % 7000000000)::varchar as phone,
            (2020000000 + h(k, 'fax') % 7000000000)::varchar as fax,
            pick(['S', 'S', 'O'], h(k, 'size')) as size_code,
            {people}, {shares}
        from named
    """


def award_table(
    awards: int, vendors: int, offices: int, *, is_single: bool = False
) -> Iterator[str]:
    """Yield the statements that make the awards, numbered, with what their transactions share.

    `is_single` gives each award one transaction.
    """
    known = len(words.SURVEILLANCE_VENDORS)
    act, kind, thing, end, long, hot = (
        listing(values)
        for values in (
            words.ACTS,
            words.KINDS,
            words.THINGS,
            words.ENDS,
            words.LONG,
            words.SURVEILLANCE_THINGS,
        )
    )
    # One award in seventy is of the trade: half of those by vendor, a third by its words
    # alone, the rest by both. The count of transactions has a mean of 2.2 and a long tail.
    drawn = "-1.65 * ln((1 + h(range, 'n') % 1000000) / 1000001.0)"
    yield f"""
        create temp table award as
        with drawn as (
            select range as k, range % {IDV_EVERY} = 0 as is_idv,
                (h(range, 'office') % {offices})::integer as office_k,
                h(range, 'hot') % 210 as hot,
                least(40, 1 + floor({"0" if is_single else drawn}))::integer as transactions
            from range({awards}) t(range)
        )
        select k, is_idv, office_k, transactions,
            case when hot in (0, 1) then h(k, 'v') % {known}
                else {known} + (h(k, 'v') % {vendors - known}) end::integer as vendor_k,
            (h(k, 'product') % {len(words.PRODUCTS)})::integer as product_k,
            (h(k, 'city') % {len(words.CITIES)})::integer as city_k,
            (h(k, 'profile') % {PROFILES})::integer as profile_k,
            date '2024-10-01' + (h(k, 'day') % 365)::integer as base_date,
            case when is_idv then 'D' else pick(['P', 'F', 'C', 'F'], h(k, 'type')) end as letter,
            h(k, 'schedule') % 5 < 2 as is_schedule,
            ((h(k, 'parent') % {awards // IDV_EVERY}) * {IDV_EVERY})::bigint as parent_k,
            -- The money of a median award is about 25,000; a few are of hundreds of millions.
            round(exp(10.1 + 2.1 * sqrt(-2 * ln((1 + h(k, 'u') % 1000000) / 1000001.0))
                * cos(6.283185 * (h(k, 'w') % 1000000) / 1000000.0)), 2)::decimal(18, 2) as worth,
            pick({act}, h(k, 'act'))
                || case when h(k, 'kind') % 3 > 0
                    then ' ' || pick({kind}, h(k, 'kind2')) else '' end
                || ' ' || case when hot in (1, 2) then pick({hot}, h(k, 'thing'))
                    else pick({thing}, h(k, 'thing')) end
                || case when h(k, 'two') % 4 = 0
                    then ', ' || pick({thing}, h(k, 'other')) else '' end
                || case when h(k, 'end') % 5 > 0 then ' ' || pick({end}, h(k, 'end2')) else '' end
                || case when h(k, 'nr') % 2 = 0
                    then ' - REQ ' || (h(k, 'nr2') % 10000000)::varchar else '' end
                || case when h(k, 'long') % 100 < 1 then chr(10) else '' end
                || case when h(k, 'long') % 100 < 22 then pick({long}, h(k, 'l1')) else '' end
                || case when h(k, 'long') % 100 < 6 then pick({long}, h(k, 'l2')) else '' end
                as description
        from drawn
    """
    yield """
        create temp table named_award as
        select a.*, dept, dept_name, sub, sub_name, office_name,
            sub || lpad((office_k % 90)::varchar, 2, '0') as office,
            sub || lpad((office_k % 90)::varchar, 2, '0') || '25' || letter
                || lpad(a.k::varchar, 8, '0') as piid
        from award a join office on office.k = office_k
    """
    yield """
        create temp table full_award as
        select a.*,
            case when a.letter <> 'F' then null when a.is_schedule
                then 'GS35F' || lpad((h(a.k, 'gs') % 9999)::varchar, 4, '0') || 'Y'
                else p.piid end as parent_piid,
            case when a.letter <> 'F' then null when a.is_schedule then '4732' else p.sub end
                as parent_sub,
            case when a.letter <> 'F' then null when a.is_schedule
                then 'Federal Acquisition Service' else p.sub_name end as parent_sub_name
        from named_award a left join named_award p on p.k = a.parent_k
    """


def transaction_table(rows: int) -> str:
    """Return the statement that makes the transactions: number, date, amount, running total."""
    return f"""
        create temp table txn as
        with listed as (
            select k, unnest(range(transactions)) as n, worth, base_date, is_idv, transactions
            from full_award order by k, n limit {rows}
        ), paid as (
            select k, n, h(k * 64 + n, 'order') as place,
                base_date + ((date '2025-09-30' - base_date) * n // transactions)::integer as day,
                case when is_idv then 0
                    when n = 0 then worth
                    when h(k * 64 + n, 'cents') % 100 < 40 then 0
                    when h(k * 64 + n, 'cents') % 100 < 58
                        then -round(worth * (h(k, 'less') % 500) / 1000, 2)
                    else round(worth * (h(k * 64 + n, 'more') % 900) / 1000, 2)
                end::decimal(18, 2) as amount
            from listed
        )
        select *, sum(amount) over (partition by k)::decimal(18, 2) as total
        from paid order by place, k, n
    """


def place_expressions(prefix: str, source: str, fips: str) -> dict[str, str]:
    """Return the columns of an address, for the vendor or for the place of performance."""
    return {
        f"{prefix}_country_code": "'USA'",
        f"{prefix}_country_name": "'UNITED STATES'",
        f"{prefix}_city_name": f"{source}.city",
        f"{prefix}_county_name": f"{source}.county",
        f"{prefix}_state_code": f"{source}.state_code",
        f"{prefix}_state_name": f"{source}.state",
        f"{fips}_county_fips_code": f"{source}.county_fips",
        f"{fips}_state_fips_code": f"{source}.state_fips",
        f"{fips}_cd_original": f"{source}.state_code || '-' || {source}.cd",
        f"{fips}_cd_current": f"{source}.state_code || '-' || {source}.cd",
    }


def expressions() -> dict[str, str]:
    """Return, for each of the 297 columns, the SQL that gives its value."""
    mod = "case when t.n = 0 then '0' else 'P' || lpad(t.n::varchar, 5, '0') end"
    parent = "coalesce(a.parent_piid, '-NONE-')"
    parent_sub = "coalesce(a.parent_sub, '-NONE-')"
    number = "case when a.is_idv then '-NONE-' else '0' end"
    key = (
        "case when a.is_idv then 'CONT_IDV_' || a.piid || '_' || a.sub else "
        f"'CONT_AWD_' || a.piid || '_' || a.sub || '_' || {parent} || '_' || {parent_sub} end"
    )
    end = "(a.base_date + 365)"
    account = "a.dept || '-' || lpad((h(a.office_k, 'acct') % 9999)::varchar, 4, '0')"
    only = {True: "case when a.is_idv then ", False: "case when not a.is_idv then "}
    type_name = (
        "case a.letter when 'P' then 'PURCHASE ORDER' when 'F' then 'DELIVERY ORDER' "
        "when 'C' then 'DEFINITIVE CONTRACT' end"
    )
    change = f"pick({listing(words.CHANGES)}, h(t.place, 'change'))"
    made = {
        "contract_transaction_unique_key": f"upper(a.sub || '_' || {parent_sub} || '_' || a.piid "
        f"|| '_' || {mod} || '_' || {parent} || '_' || {number})",
        "contract_award_unique_key": key,
        "award_id_piid": "a.piid",
        "modification_number": mod,
        "transaction_number": f"{only[False]}'0' end",
        "parent_award_agency_id": "a.parent_sub",
        "parent_award_agency_name": "upper(a.parent_sub_name)",
        "parent_award_id_piid": "a.parent_piid",
        "parent_award_modification_number": "case when a.parent_piid is not null then '0' end",
        "federal_action_obligation": "t.amount",
        "total_dollars_obligated": "t.total",
        "total_outlayed_amount_for_overall_award": "round(t.total * 0.6, 2)",
        "base_and_exercised_options_value": "t.amount",
        "current_total_value_of_award": "greatest(t.total, a.worth)",
        "base_and_all_options_value": "case when t.n = 0 then a.worth * 2 else t.amount end",
        "potential_total_value_of_award": "greatest(t.total, a.worth) * 2",
        "disaster_emergency_fund_codes_for_overall_award": "'Q: Not Designated "
        "Nonemergency/Emergency/Disaster/Wildfire Suppression'",
        "action_date": "t.day",
        "action_date_fiscal_year": "'2025'",
        "period_of_performance_start_date": "a.base_date",
        "period_of_performance_current_end_date": end,
        "period_of_performance_potential_end_date": "(a.base_date + 1825)::varchar || ' 00:00:00'",
        "ordering_period_end_date": f"{only[True]}a.base_date + 1825 end",
        "solicitation_date": "a.base_date - 45",
        "treasury_accounts_funding_this_award": f"{account} || '-2025/2025-0540-000'",
        "federal_accounts_funding_this_award": account,
        "object_classes_funding_this_award": "'25.2: Other services from non-Federal sources'",
        "program_activities_funding_this_award": "'0004: OPERATIONS AND SUPPORT;0005: ENFORCEMENT'",
        "foreign_funding": "'X'",
        "foreign_funding_description": "'NOT APPLICABLE'",
        "sam_exception": "'1'",
        "sam_exception_description": "'GOVERNMENT-WIDE COMMERCIAL PURCHASE CARD'",
        "recipient_uei": "v.uei",
        "recipient_duns": "v.duns",
        "recipient_name": "v.name",
        "recipient_name_raw": "v.name",
        "recipient_doing_business_as_name": "replace(v.name, ', ', ' ')",
        "cage_code": "v.cage",
        "recipient_parent_uei": "v.uei",
        "recipient_parent_duns": "v.duns",
        "recipient_parent_name": "v.name",
        "recipient_parent_name_raw": "v.name",
        "recipient_address_line_1": "v.address",
        "recipient_address_line_2": "v.address_2",
        "recipient_zip_4_code": "seat.zip || lpad((h(a.vendor_k, 'zip') % 9999)::varchar, 4, '0')",
        "recipient_phone_number": "v.phone",
        "recipient_fax_number": "v.fax",
        "primary_place_of_performance_zip_4": "site.zip || '0001'",
        "award_or_idv_flag": f"{only[True]}'IDV' else 'AWARD' end",
        "award_type_code": "case a.letter when 'P' then 'B' when 'F' then 'C' "
        "when 'C' then 'D' end",
        "award_type": type_name,
        "idv_type_code": f"{only[True]}'B' end",
        "idv_type": f"{only[True]}'IDC' end",
        "transaction_description": f"case when t.n = 0 then a.description else {change} || "
        "case when t.n % 2 = 1 then ' ' || a.description else '' end end",
        "prime_award_base_transaction_description": "a.description",
        "action_type_code": "case when t.n > 0 then pick(['B', 'C', 'G', 'K', 'M'], t.place) end",
        "action_type": "case when t.n > 0 then pick(['SUPPLEMENTAL AGREEMENT FOR WORK WITHIN "
        "SCOPE', 'FUNDING ONLY ACTION', 'EXERCISE AN OPTION', 'CLOSE OUT', "
        "'OTHER ADMINISTRATIVE ACTION'], t.place) end",
        "solicitation_identifier": "a.office || '25Q' || lpad((a.k % 100000)::varchar, 8, '0')",
        "number_of_actions": "'1'",
        "inherently_governmental_functions": "'OT'",
        "inherently_governmental_functions_description": "'OTHER FUNCTIONS'",
        "product_or_service_code": "q.psc",
        "product_or_service_code_description": "q.psc_name",
        "naics_code": "q.naics",
        "naics_description": "q.naics_name",
        "dod_claimant_program_code": "case when a.dept = '097' then 'S1' else '000' end",
        "dod_claimant_program_description": "case when a.dept = '097' then 'SERVICES' "
        "else 'NOT APPLICABLE' end",
        "dod_acquisition_program_code": "'000'",
        "dod_acquisition_program_description": "'NONE'",
        "number_of_offers_received": "(1 + h(a.k, 'offers') % 7)::varchar",
        "small_business_competitiveness_demonstration_program": "'f'",
        "price_evaluation_adjustment_preference_percent_difference": "'0'",
        "other_statutory_authority": "'FAR 8.4 GSA FSS DELIVERY ORDER'",
        "program_acronym": "'OPS'",
        "parent_award_type_code": "case when a.parent_piid is not null then 'B' end",
        "parent_award_type": "case when a.parent_piid is not null then 'IDC' end",
        "major_program": "'MISSION SUPPORT'",
        "contracting_officers_determination_of_business_size": "case v.size_code when 'S' then "
        "'SMALL BUSINESS' else 'OTHER THAN SMALL BUSINESS' end",
        "contracting_officers_determination_of_business_size_code": "v.size_code",
        "organizational_type": "'CORPORATE NOT TAX EXEMPT'",
        "usaspending_permalink": f"'https://www.usaspending.gov/award/' || {key} || '/'",
        "initial_report_date": "t.day + 2",
        "last_modified_date": "(t.day + 3)::varchar || ' 14:05:22+00'",
    }
    for cause in ("COVID-19_supplementals", "IIJA_supplemental"):
        made[f"outlayed_amount_from_{cause}_for_overall_award"] = "'0.00'"
        made[f"obligated_amount_from_{cause}_for_overall_award"] = "'0.00'"
    for side in ("awarding", "funding"):
        made |= {
            f"{side}_agency_code": "a.dept",
            f"{side}_agency_name": "a.dept_name",
            f"{side}_sub_agency_code": "a.sub",
            f"{side}_sub_agency_name": "a.sub_name",
            f"{side}_office_code": "a.office",
            f"{side}_office_name": "a.office_name",
        }
    made |= place_expressions("recipient", "seat", "prime_award_transaction_recipient")
    made |= place_expressions(
        "primary_place_of_performance", "site", "prime_award_transaction_place_of_performance"
    )
    for n in range(1, 6):
        made[f"highly_compensated_officer_{n}_name"] = f"v.officer_{n}"
        made[f"highly_compensated_officer_{n}_amount"] = f"v.pay_{n}"
    of_idvs = ("multiple_or_single_award_idv", "type_of_idc")
    of_orders = ("parent_award_single_or_multiple", "fair_opportunity_limited_sources")
    for name in words.CODES:
        for column in (name, f"{name}_code"):
            value = f"f.{column}"
            if name in of_idvs:
                value = f"{only[True]}{value} end"
            if name in of_orders:
                value = f"case when a.parent_piid is not null then {value} end"
            made[column] = value
    return made | {name: f'v."{name}"' for name in flags()}


def generate(
    folder: Path, rows: int, *, seed: int = 1, rows_per_file: int = 0, is_single: bool = False
) -> list[Path]:
    """Write `rows` transactions into `folder`; return the files. One file if `rows_per_file` is 0.

    `is_single` makes every one a purchase of its own. Raises `FileExistsError` rather than write
    over a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    step = rows_per_file or rows
    files = [folder / f"{NAME}_{n + 1}.csv" for n in range(-(-rows // step))]
    for path in files:
        if path.exists():
            raise FileExistsError(f"{path} is there already. Remove it first.")
    # A tenth more awards than the mean asks for, so that the last rows are never missing.
    per_award = 1 if is_single else TRANSACTIONS_PER_AWARD
    awards = max(IDV_EVERY * 40, int(rows / per_award * 1.1))
    vendors = max(1000, rows // 60)
    made = expressions()
    select = ", ".join(f'{made[name]} as "{name}"' for name in columns())
    with duckdb.connect(config={"threads": 2, "memory_limit": "3GB"}) as connection:
        connection.execute(f"set temp_directory = {text(str(folder / 'spill'))}")
        # Joins as they are written, or the order of the rows would differ from run to run.
        connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        for statement in small_tables(seed):
            connection.execute(statement)
        (offices,) = connection.execute("select count(*) from office").fetchone() or (0,)
        connection.execute(vendor_table(vendors))
        for statement in award_table(awards, vendors, offices, is_single=is_single):
            connection.execute(statement)
        connection.execute(transaction_table(rows))
        for n, path in enumerate(files):
            # A table of its own, since a filter leaves short chunks that joins put out of order.
            connection.execute(
                "create or replace temp table part as select * from txn "
                f"where rowid >= {n * step} and rowid < {(n + 1) * step}"
            )
            connection.execute(
                f"""
                copy (
                    select {select}
                    from part t
                    join full_award a on a.k = t.k
                    join vendor v on v.k = a.vendor_k
                    join city seat on seat.k = v.city_k
                    join city site on site.k = a.city_k
                    join product q on q.k = a.product_k
                    join profile f on f.k = a.profile_k
                ) to {text(str(path))} (format csv, header, preserve_order true)
                """
            )
    return files


def main() -> None:
    """Read the command line, write the files, say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--rows-per-file", type=int, default=0, help="split as the archive does, at 1000000"
    )
    parser.add_argument("--purchases", action="store_true", help="one transaction to each purchase")
    chosen = parser.parse_args()
    began = time.perf_counter()
    files = generate(
        chosen.folder,
        chosen.rows,
        seed=chosen.seed,
        rows_per_file=chosen.rows_per_file,
        is_single=chosen.purchases,
    )
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_size for path in files)
    print(
        f"{chosen.rows:,} rows, {size / 1e6:,.0f} MB, {size / chosen.rows:,.0f} bytes a row, "
        f"{seconds:.1f} s ({chosen.rows / seconds:,.0f} rows/s)"
    )


if __name__ == "__main__":
    main()
