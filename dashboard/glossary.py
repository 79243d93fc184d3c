"""The words used here, each with what it means and an anchor that never changes."""

import re

from dashboard.parts import Parts

# A word, a colon, its meaning. The anchor is made of the word, is cited and linked to: a word may
# be added, and never renamed.
_WORDS = """
Agency: The public body that buys. It has a place, and may have a parent.
Amendment: A later change of a contract; change number 0 is the award.
As of: The day that the figures speak of: the newest record in the build.
Basis: What an amount means: obligated, paid, committed, encumbered, ceiling.
Build: One published database. Its short code names inputs, facts and rules.
Ceiling: The most that a contract could become, all options taken.
Complete source: One that holds all that an agency bought in its period.
Counted: Accepted or matched, and surveillance technology: what totals hold.
Decision: What somebody decided on a purchase, with reason and date.
Evidence: The rule, the field and the quoted words for which a purchase counts.
Event: A dated public fact worth seeing beside spending.
Fiscal year: The buyer's, named by the year in which it ends. Federal ones run from October to
  September.
Flag: A question that a record raises, with an innocent explanation beside it.
Growth by amendment: The ceiling now less the ceiling at signing.
Issue: A value or row that could not be taken as it stands.
Law: A ban, moratorium, warrant rule, oversight ordinance or ruling.
Maker: The business whose product it is, where the vendor only sells it.
Notice period: Days before its end in which a contract must be ended or renewed, where a document
  says so.
Peers: Others of the same kind, compared on equal basis and in equal years.
Place: A jurisdiction: a nation, state, county or city.
Purchase: What was bought under one official number.
Scope: Surveillance technology alone, or with neighbouring goods.
Share of all spending: A part of all that complete sources have of the same agency, basis and
  years.
Source: One published set of data, such as USAspending contracts.
Status: How sure we are: read and accepted, matched, possible, rejected.
Technology: One of the kinds listed above; sums use the primary one.
Transaction: One dated movement of money on a purchase; it can be negative.
Umbrella contract: An indefinite contract that buys nothing by itself.
Use: A report that an agency used, tried, was offered or denied a technology.
Vendor: The business that is paid, under one name.
"""


def terms() -> list[tuple[str, str, Parts]]:
    """Return anchor, word and meaning of each: `term-fiscal-year`, Fiscal year, ..."""
    lines = re.sub(r"\n +", " ", _WORDS.strip()).split("\n")
    pairs = [line.partition(": ") for line in lines]
    return [(f"term-{word.lower().replace(' ', '-')}", word, meaning) for word, _, meaning in pairs]
