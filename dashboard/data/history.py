"""What became of a purchase here: the questions it raises, corrections, disputes, changes."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask


@lru_cache(maxsize=512)
def flags_of_purchase(build: Build, purchase_id: str) -> Rows:
    """Return the questions that a purchase raises, those that are seldom raised first."""
    return ask(
        build,
        """
        select * from mart.flag where purchase_id = $purchase_id order by is_fact, code
        """,
        purchase_id=purchase_id,
    )


@lru_cache(maxsize=512)
def history_of_purchase(build: Build, purchase_id: str) -> Rows:
    """Return what was changed, corrected and disputed, oldest first.

    Columns: date, kind (`change`, `correction` or `dispute`), what, before, after, because,
    by, source_url.
    """
    return ask(
        build,
        """
        select to_date as date, 'change' as kind, kind as what,
            coalesce("before", before_amount::varchar) as before,
            coalesce("after", after_amount::varchar) as after,
            because, cause as by, null as source_url
        from mart.change where purchase_id = $purchase_id
        union all
        select corrected_date, 'correction', field || ', ' || state, was, becomes, reason,
            source, source_url
        from mart.correction where purchase_id = $purchase_id
        union all
        select said_date, 'dispute', what, null, outcome,
            concat_ws(' ', outcome_reason, 'Reply of ' || reply_by || ': ' || reply), said_by,
            source_url
        from mart.dispute where purchase_id = $purchase_id
        order by date nulls last, kind, what
        """,
        purchase_id=purchase_id,
    )
