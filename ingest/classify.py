"""What others need of classification, in one place: the dashboard may import only this.

`classify` works on the ledger of a build, `classify_table` on one table that somebody brings,
`why_not` on a single record; `rule_edit` and `rule_effect` are for an editor who makes rules of
decisions. How it is done stands in `reasons.py` and `classify_sql/`.
"""

from ingest.classify_file import ADDED, SYNONYMS, FileResult, classify_table, find_columns
from ingest.errors import WhobuysError
from ingest.knowledge import Knowledge, load_knowledge
from ingest.reasons import classify
from ingest.rule_edit import GROUPS, Edit, MadeRule, edit_of, rules_made, take_back, write_rule
from ingest.rule_effect import Changed, Effect, preview
from ingest.spreadsheet import Table, TableError, read_table, write_table
from ingest.why import WhyNot, why_not

__all__ = [
    "ADDED",
    "GROUPS",
    "SYNONYMS",
    "Changed",
    "Edit",
    "Effect",
    "FileResult",
    "Knowledge",
    "MadeRule",
    "Table",
    "TableError",
    "WhobuysError",
    "WhyNot",
    "classify",
    "classify_table",
    "edit_of",
    "find_columns",
    "load_knowledge",
    "preview",
    "read_table",
    "rules_made",
    "take_back",
    "why_not",
    "write_rule",
    "write_table",
]
