"""A small ledger in memory: the core tables that classification reads, from a few columns.

The file check, the evaluation and the examples of the reference data all go this way, so
that they are judged by the very functions of the build.
"""

from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd

from ingest.knowledge import Knowledge
from ingest.reasons import classify
from ingest.vendors import resolve_vendors

COLUMNS = ("agency", "vendor", "description", "psc", "naics")
# The vendor's official identifier, where there is one.
_IDENTIFIER = "uei"


def classified(
    knowledge: Knowledge,
    records: Mapping[str, Sequence[str | None]],
    *,
    keep_fired: bool = False,
) -> duckdb.DuckDBPyConnection:
    """Classify records given as columns of COLUMNS; purchase_id is the row's number from 0.

    Missing columns are unknown. Returns the connection, which holds core and evidence.
    """
    count = len(next(iter(records.values()), []))
    frame = pd.DataFrame(
        {
            name: pd.array(list(records.get(name, [None] * count)), dtype="string")
            for name in (*COLUMNS, _IDENTIFIER)
        }
    )
    frame.insert(0, "row", range(count))
    connection = duckdb.connect()
    connection.register("given_frame", frame)
    connection.execute("create temp table given as select * from given_frame")
    connection.unregister("given_frame")
    connection.execute(_CORE)
    resolve_vendors(connection, knowledge)
    connection.execute("drop table given")
    classify(connection, knowledge, keep_fired=keep_fired)
    return connection


# A code may stand alone (1550), before its name (1550 - UNMANNED AIRCRAFT), or be missing.
_CORE = r"""
create schema core;
create table core.vendor_name as
select
    (row_number() over (order by vendor, uei))::integer as vendor_key, vendor as vendor_name,
    uei, null::varchar as duns, null::varchar as cage,
    null::varchar as parent_name, null::varchar as parent_uei
from (select distinct coalesce(vendor, '') as vendor, uei from given);

create table core.purchase as
select
    "row"::varchar as purchase_id, null::varchar as register, 'award' as record_kind,
    agency as agency_name, null::varchar as parent_agency_name, vendor_key, description,
    nullif(regexp_extract(upper(psc),
        '^\s*([A-Z]?[0-9]{3,4}|[A-Z]{2}[0-9]{2}|[0-9][A-Z][0-9]{2})\b', 1), '') as psc_code,
    nullif(regexp_replace(upper(psc),
        '^\s*([A-Z]?[0-9]{3,4}|[A-Z]{2}[0-9]{2}|[0-9][A-Z][0-9]{2})\b[\s:.-]*', ''), '') as psc,
    nullif(regexp_extract(naics, '^\s*([0-9]{6})\b', 1), '') as naics_code,
    nullif(regexp_replace(naics, '^\s*[0-9]{6}\b[\s:.-]*', ''), '') as naics,
    null::varchar as contract_ref, false as is_single_award_parent
from given
join core.vendor_name as name
    on name.vendor_name = coalesce(given.vendor, '') and name.uei is not distinct from given.uei;

-- Several descriptions of a purchase may stand in one cell, divided by ' | ', the base one first.
create table core.text as
select purchase_id, trim(unnest(string_split(description, ' | '))) as description
from core.purchase where description is not null;

update core.purchase set description = trim(string_split(description, ' | ')[1]);
"""
