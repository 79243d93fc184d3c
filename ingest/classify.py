"""What others need of classification, in one place: the dashboard may import only this.

`classify` works on the ledger of a build, `classify_table` on one table that somebody brings,
`why_not` on a single record. How it is done stands in `reasons.py` and `classify_sql/`.
"""

from ingest.classify_file import ADDED, SYNONYMS, FileResult, classify_table, find_columns
from ingest.knowledge import Knowledge, load_knowledge
from ingest.reasons import classify
from ingest.spreadsheet import Table, TableError, read_table, write_table
from ingest.why import WhyNot, why_not

__all__ = [
    "ADDED",
    "SYNONYMS",
    "FileResult",
    "Knowledge",
    "Table",
    "TableError",
    "WhyNot",
    "classify",
    "classify_table",
    "find_columns",
    "load_knowledge",
    "read_table",
    "why_not",
    "write_table",
]
