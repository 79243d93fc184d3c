"""How often two recorded names are rightly said to be one agency: measured on labelled pairs.

    python -m ingest.agency_pairs tests/labels/agency_pairs.csv 2026-11-22

prints the lines for `data/reference/quality.csv`.
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

from ingest.agencies import load_names
from ingest.agency_match import Matcher, Recorded
from ingest.evaluate import wilson
from ingest.place_ids import REFERENCE

LABELS = frozenset({"same", "not", "unsure"})
LABEL_SET = (
    "names of agencies: {n} pairs of real names (transparency portals, a survey and a vendor's "
    "list against the Atlas of Surveillance), read one by one; the rules were written with these "
    "files in view, and one short word was added after the first measurement (128 of 142 found)"
)


@dataclass(frozen=True)
class Pair:
    """Two recorded names, what a person said of them, and the agencies that the rules found."""

    label: str
    name: str
    other_name: str
    agency_id: str | None
    other_id: str | None

    @property
    def is_matched(self) -> bool:
        """Whether the rules say that the two are one."""
        return self.agency_id is not None and self.agency_id == self.other_id


def judge(path: Path, matcher: Matcher) -> list[Pair]:
    """Read the labelled pairs and match both names of each; raise ValueError for a wrong label."""
    pairs = []
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["label"] not in LABELS:
                raise ValueError(f"{path.name}: {row['name']} has the label {row['label']!r}")
            one = Recorded(row["name"], row["state"], row["county"], row["city"])
            other = Recorded(
                row["other_name"],
                row["other_state"],
                row["other_county"],
                row["other_city"],
                row["other_jurisdiction"],
            )
            ids = [found.agency_id if (found := matcher.match(r).agency) else None
                   for r in (one, other)]  # fmt: skip
            pairs.append(Pair(row["label"], row["name"], row["other_name"], *ids))
    return pairs


def quality_rows(pairs: list[Pair], measured_on: str) -> list[dict[str, object]]:
    """Return precision and recall with 95% intervals, as rows of quality.csv.

    Pairs of which a person was unsure are left out of both.
    """
    sure = [pair for pair in pairs if pair.label != "unsure"]
    right = sum(pair.is_matched and pair.label == "same" for pair in sure)
    rows = []
    for measure, n in (
        ("precision of agencies", sum(pair.is_matched for pair in sure)),
        ("recall of agencies", sum(pair.label == "same" for pair in sure)),
    ):
        low, high = wilson(right, n)
        rows.append(
            {
                "label_set": LABEL_SET.format(n=len(pairs)), "measured_on": measured_on,
                "technology": "all", "measure": measure, "value": right / n, "low": low,
                "high": high, "n": n, "hits": right,
                "note": "by pair; Wilson interval; pairs in doubt left out",
            }
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    folders = [REFERENCE]
    judged = judge(Path(sys.argv[1]), Matcher(load_names(folders), folders))
    written = csv.writer(sys.stdout, lineterminator="\n")
    for line in quality_rows(judged, sys.argv[2]):
        written.writerow(
            f"{value:.4f}" if isinstance(value, float) else value for value in line.values()
        )
