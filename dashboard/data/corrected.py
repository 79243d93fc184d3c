"""What we corrected, what was disputed, and how the questions that purchases raise are found."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask


@lru_cache(maxsize=4)
def corrections(build: Build) -> Rows:
    """Return every correction of a fact of a record, the newest first."""
    return ask(
        build,
        "select * from mart.correction order by corrected_date desc nulls last, correction_id",
    )


@lru_cache(maxsize=4)
def disputes(build: Build) -> Rows:
    """Return every dispute with its outcome and reply: the open ones first, then the newest."""
    return ask(
        build,
        """
        select dispute.*, exists (
            from mart.purchase as p where p.purchase_id = dispute.purchase_id
        ) as has_purchase
        from mart.dispute as dispute
        order by outcome = 'open' desc, said_date desc nulls last, dispute_id
        """,
    )


@lru_cache(maxsize=4)
def flag_methods(build: Build) -> Rows:
    """Return how each question is asked, and how often it is raised in this build, by its code."""
    return ask(build, "select * from mart.flag_method order by code")
