"""One purchase of the whole ledger, surveillance or not: its record, its transactions."""

from functools import lru_cache

from dashboard.data.opening import Build, Row, Rows, ask, ask_one, columns_of

_TABLES = ("core.purchase", "core.vendor_name", "core.vendor", "core.file", "core.terms")


@lru_cache(maxsize=256)
def ledger_purchase(build: Build, purchase_id: str) -> Row | None:
    """Return a purchase that is in no published table, under the names of those tables.

    None where the ledger has none of that id, or was built without its records.
    """
    if not set(_TABLES) <= set(columns_of(build)):
        return None
    return ask_one(
        build,
        """
        select p.*, t.* exclude (purchase_id),
            named.vendor_name as vendor_name_source, known.vendor_id,
            coalesce(known.vendor_name, named.vendor_name) as vendor_name,
            known.is_known as is_known_vendor, f.raw_sha256, f.raw_file, f.raw_member,
            place.place_name, p.lifetime_amount as lifetime_usd, p.ceiling as ceiling_usd,
            p.first_obligated as first_obligated_usd,
            p.first_ceiling as first_ceiling_usd,
            p.ceiling - p.first_ceiling as ceiling_growth_usd,
            named.uei as vendor_uei, named.parent_name as vendor_parent_name_source,
            named.parent_uei as vendor_parent_uei,
            null::varchar as what, null::varchar as maker_id, null::varchar as maker_name,
            null::varchar as technology, null::varchar as technology_name,
            null::varchar as status, null::varchar as scope, null::varchar as decision,
            null::varchar as against, null::varchar as funding, false as is_counted,
            false as is_grouped, null::date as window_start, null::date as window_end
        from core.purchase as p
        left join core.terms as t using (purchase_id)
        left join core.vendor_name as named using (vendor_key)
        left join core.vendor as known using (vendor_key)
        left join core.file as f using (file_key)
        left join mart.place as place on place.place_id = p.place_id
        where p.purchase_id = $purchase_id
        limit 1
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=256)
def ledger_transactions(build: Build, purchase_id: str) -> Rows:
    """Return its transactions, oldest first, with the running total."""
    if "core.transaction" not in columns_of(build):
        return ()
    return ask(
        build,
        """
        select date, modification_number, description, raw_row, amount as shown_amount,
            sum(amount) over (
                order by date, modification_number, transaction_id
                rows between unbounded preceding and current row) as running_amount
        from core.transaction where purchase_id = $purchase_id
        order by date, modification_number, transaction_id
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=256)
def ledger_texts(build: Build, purchase_id: str, most: int = 40) -> tuple[str, ...]:
    """Return the distinct descriptions of a purchase's transactions."""
    if "core.text" not in columns_of(build):
        return ()
    rows = ask(
        build,
        """
        select distinct description from core.text
        where purchase_id = $purchase_id and description is not null
        order by description limit $most
        """,
        purchase_id=purchase_id,
        most=most,
    )
    return tuple(str(row["description"]) for row in rows)


@lru_cache(maxsize=256)
def ledger_source(build: Build, purchase_id: str) -> Row | None:
    """Return the source of such a purchase, and when its file was fetched."""
    if not {"core.purchase", "core.file"} <= set(columns_of(build)):
        return None
    return ask_one(
        build,
        """
        select s.*, f.fetched_at
        from core.purchase as p
        join mart.source as s using (source_id)
        left join core.file as f using (file_key)
        where p.purchase_id = $purchase_id limit 1
        """,
        purchase_id=purchase_id,
    )
