"""Every question asked of the published database, and the only package that opens it.

A page resolves the pointer once (`current()`) and passes the build on to every question, so a
page is of one build even while a new one is published. Answers are cached by build: a build
never changes once it is published.

Amounts of different basis or record kind are never added: totals are asked for one `Measure`.
"""

from dashboard.data.doubts import neighbours, queue, to_look_at_again, waiting
from dashboard.data.facets import choices
from dashboard.data.figures import (
    by,
    by_year,
    groups,
    largest_programme,
    share_of_all,
    total,
    total_by_others,
    totals,
)
from dashboard.data.ledger import (
    ledger_purchase,
    ledger_source,
    ledger_texts,
    ledger_transactions,
)
from dashboard.data.names import agencies_below, agency, technologies, technology, vendor
from dashboard.data.opening import Build, NoDatabase, OtherShape, Row, Rows, current, home, named
from dashboard.data.origins import (
    about,
    coverage,
    coverage_of,
    declared_sources,
    files,
    issue_kinds,
    quality,
    sources,
    years_covered,
)
from dashboard.data.records import (
    SORTS,
    current_purchases,
    every_purchase,
    evidence_of,
    how_many,
    purchase,
    purchase_columns,
    purchases,
    reasons,
    sold_by_others,
    source_of,
    transactions_of,
)
from dashboard.data.resold import resold
from dashboard.data.search import ENOUGH, find_in_whole_ledger, find_names
from dashboard.data.terms import (
    Bar,
    Choice,
    Found,
    Measure,
    Programme,
    Selection,
    Total,
    YearAmount,
)

__all__ = [  # noqa: RUF022 - by name, whatever its case
    "Bar",
    "Build",
    "Choice",
    "ENOUGH",
    "Found",
    "Measure",
    "NoDatabase",
    "OtherShape",
    "Programme",
    "Row",
    "Rows",
    "SORTS",
    "Selection",
    "Total",
    "YearAmount",
    "about",
    "agencies_below",
    "agency",
    "by",
    "by_year",
    "choices",
    "coverage",
    "coverage_of",
    "current",
    "current_purchases",
    "declared_sources",
    "every_purchase",
    "evidence_of",
    "files",
    "find_in_whole_ledger",
    "find_names",
    "groups",
    "home",
    "how_many",
    "issue_kinds",
    "largest_programme",
    "ledger_purchase",
    "ledger_source",
    "ledger_texts",
    "ledger_transactions",
    "named",
    "neighbours",
    "purchase",
    "purchase_columns",
    "purchases",
    "quality",
    "queue",
    "reasons",
    "resold",
    "share_of_all",
    "sold_by_others",
    "source_of",
    "sources",
    "technologies",
    "technology",
    "to_look_at_again",
    "total",
    "total_by_others",
    "totals",
    "transactions_of",
    "vendor",
    "waiting",
    "years_covered",
]
