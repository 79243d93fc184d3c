"""How good the classification is: measured against purchases that people read one by one.

`core` must be counted and `no` must not; `related` and `ambiguous` are left out of both
measures. A technology of `a|b` accepts either. Only what stands in the record is used:
never decisions, readings of the starter ledger, or award numbers (the id is a join key).
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.classify_file import find_columns
from ingest.home import Home
from ingest.knowledge import Knowledge, load_knowledge
from ingest.small_ledger import COLUMNS, classified
from ingest.spreadsheet import TableError, read_table

LABELS = ("core", "related", "no", "ambiguous")
SEED = 20260101
RESAMPLES = 1000


@dataclass(frozen=True)
class Judged:
    """One labelled purchase and what classification made of it."""

    record_id: str
    agency: str
    vendor: str
    description: str
    label: str
    technologies: tuple[str, ...]
    weight: float
    dollars: float
    status: str
    scope: str
    technology: str
    rule: str
    evidence: str
    against: str
    vendor_ids: frozenset[str]

    @property
    def is_counted(self) -> bool:
        """Whether totals hold it unless they say otherwise."""
        return self.status == "matched" and self.scope == "strict"


@dataclass(frozen=True)
class Measure:
    """A share with its 95% interval, and the counts behind it where it has counts."""

    technology: str
    measure: str
    value: float
    low: float
    high: float
    n: int
    hits: int
    note: str


@dataclass(frozen=True)
class Evaluation:
    """All measures on one label set, and every purchase that was judged."""

    label_set: str
    judged: tuple[Judged, ...]
    measures: tuple[Measure, ...] = field(default_factory=tuple)

    @property
    def misses(self) -> list[Judged]:
        """Surveillance technology that is not counted."""
        return [row for row in self.judged if row.label == "core" and not row.is_counted]

    @property
    def false_hits(self) -> list[Judged]:
        """What is counted and is no surveillance technology."""
        return [row for row in self.judged if row.label == "no" and row.is_counted]

    def value(self, measure: str, technology: str = "all") -> float:
        """Return the value of a measure by its name."""
        return next(
            m.value for m in self.measures if (m.measure, m.technology) == (measure, technology)
        )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share; (0, 1) when there is nothing to judge by."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959964
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def evaluate(
    path: Path, knowledge: Knowledge | None = None, *, leave_vendor_out: bool = True
) -> Evaluation:
    """Measure precision and recall on a file of labels.

    The file has the columns of a purchase, `label` and `technology`; `amount` and `weight`
    are used where they are there. Raises TableError where a label is none of LABELS.
    """
    if knowledge is None:
        knowledge = load_knowledge(Home.from_environment().reference_folders)
    rows = _read_labels(path)
    judged = _judge(knowledge, rows)
    measures = [*_measures(judged), *_by_technology(judged)]
    if leave_vendor_out:
        measures.append(_leave_vendor_out(knowledge, rows, judged))
    return Evaluation(path.stem, tuple(judged), tuple(measures))


def _read_labels(path: Path) -> list[dict[str, str]]:
    table = read_table(path)
    missing = [name for name in ("label", "technology") if name not in table.header]
    if missing:
        raise TableError(
            f"{path.name} has no column `{missing[0]}`: labels need `label` "
            f"({', '.join(LABELS)}) and `technology`."
        )
    used = find_columns(table.header)
    names = {theirs: ours for ours, theirs in used.items()}
    rows = []
    for place, cells in enumerate(table.rows):
        row = {
            names.get(name, name): "" if cell is None else str(cell)
            for name, cell in zip(table.header, cells, strict=True)
        }
        if row["label"] not in LABELS:
            raise TableError(
                f"{path.name}, line {place + 2}: `{row['label']}` is no label; it must be one of "
                f"{', '.join(LABELS)}."
            )
        rows.append(row)
    return rows


def _judge(knowledge: Knowledge, rows: list[dict[str, str]]) -> list[Judged]:
    connection = classified(
        knowledge, {name: [row.get(name) or None for row in rows] for name in COLUMNS}
    )
    verdicts = {
        row[0]: row[1:]
        for row in connection.execute(
            "select purchase_id::integer, status, scope, technology, rule, evidence, against, "
            "maker_id from evidence.verdict"
        ).fetchall()
    }
    vendors = dict(
        connection.execute(
            "select purchase_id::integer, vendor_id from core.purchase "
            "join core.vendor using (vendor_key) where is_known"
        ).fetchall()
    )
    connection.close()
    judged = []
    for place, row in enumerate(rows):
        status, scope, technology, rule, evidence, against, maker = (
            value or "" for value in verdicts.get(place, ("",) * 7)
        )
        judged.append(
            Judged(
                row.get("id") or str(place + 1), row.get("agency", ""), row.get("vendor", ""),
                row.get("description", ""), row["label"], tuple(row["technology"].split("|")),
                _number(row.get("weight"), 1.0), abs(_number(row.get("amount"), 0.0)),
                status, scope, technology, rule, evidence, against,
                frozenset({vendors.get(place, ""), maker} - {""}),
            )
        )  # fmt: skip
    return judged


def _number(text: str | None, default: float) -> float:
    try:
        return float((text or "").replace(",", "").replace("$", ""))
    except ValueError:
        return default


def _share(measure: str, hits: int, n: int, note: str = "", technology: str = "all") -> Measure:
    low, high = wilson(hits, n)
    return Measure(technology, measure, hits / n if n else math.nan, low, high, n, hits, note)


def _measures(judged: list[Judged]) -> Iterable[Measure]:
    core = [row for row in judged if row.label == "core"]
    hits = [row for row in core if row.is_counted]
    counted = [row for row in judged if row.label in ("core", "no") and row.is_counted]
    right = sum(row.technology in row.technologies for row in hits)
    yield _share("precision", len(hits), len(counted), "by award; Wilson interval")
    yield _share("recall", len(hits), len(core), "by award; Wilson interval")
    yield _share("technology accuracy", right, len(hits), "among true hits; Wilson interval")
    for name, amounts in (
        ("by dollar", [row.dollars for row in judged]),
        ("weighted", [row.weight for row in judged]),
    ):
        yield from _weighted(judged, amounts, name)


def _weighted(judged: list[Judged], amounts: list[float], name: str) -> Iterable[Measure]:
    rows = [
        (row.label == "core", row.is_counted, amount)
        for row, amount in zip(judged, amounts, strict=True)
        if row.label in ("core", "no")
    ]
    chance = random.Random(SEED)  # noqa: S311 (a fixed seed, so that the same labels give the same interval)
    samples = [chance.choices(rows, k=len(rows)) for _ in range(RESAMPLES)] if rows else []
    note = f"{name}; bootstrap of {RESAMPLES}, fixed seed; a few heavy rows swing it"
    for measure, which in (("precision", 1), ("recall", 0)):

        def ratio(sample: list[tuple[bool, bool, float]], which: int = which) -> float:
            below = sum(row[2] for row in sample if row[which])
            return sum(row[2] for row in sample if row[0] and row[1]) / below if below else math.nan

        values = sorted(value for value in map(ratio, samples) if not math.isnan(value))
        low = values[int(0.025 * len(values))] if values else 0.0
        high = values[min(int(0.975 * len(values)), len(values) - 1)] if values else 1.0
        n = sum(bool(row[which]) for row in rows)
        both = sum(row[0] and row[1] for row in rows)
        yield Measure("all", f"{measure} {name}", ratio(rows), low, high, n, both, note)


def _by_technology(judged: list[Judged]) -> Iterable[Measure]:
    names = sorted({name for row in judged if row.label == "core" for name in row.technologies})
    for name in names:
        core = [row for row in judged if row.label == "core" and name in row.technologies]
        hits = sum(row.is_counted for row in core)
        yield _share("recall", hits, len(core), "by award; Wilson interval", name)
        said = [
            row
            for row in judged
            if row.is_counted and row.technology == name and row.label in ("core", "no")
        ]
        true = sum(row.label == "core" and name in row.technologies for row in said)
        yield _share("precision", true, len(said), "counted under it and truly of it", name)


def _leave_vendor_out(
    knowledge: Knowledge, rows: list[dict[str, str]], judged: list[Judged]
) -> Measure:
    """Recall when all that is known of a purchase's own vendor and maker is taken away.

    That is how it will do on vendors nobody has heard of. Precision can only be higher than
    with the full knowledge, since taking vendors away adds no hit.
    """
    groups: dict[frozenset[str], list[int]] = {}
    for place, row in enumerate(judged):
        if row.label == "core":
            groups.setdefault(row.vendor_ids, []).append(place)
    found = 0
    for vendor_ids, places in groups.items():
        without = knowledge.without(vendor_ids) if vendor_ids else knowledge
        found += sum(row.is_counted for row in _judge(without, [rows[place] for place in places]))
    precision = next(iter(_measures(judged))).value
    note = (
        "each purchase judged without the names, identifiers, words and products of its vendor "
        f"and maker; precision with all knowledge {precision:.3f}"
    )
    return _share(
        "recall, vendor left out", found, sum(len(places) for places in groups.values()), note
    )


def quality_rows(result: Evaluation, measured_on: str) -> list[dict[str, object]]:
    """Return rows of meta.quality; `measured_on` is the build's date, as no clock is read here."""
    return [
        {
            "label_set": result.label_set,
            "measured_on": measured_on,
            "technology": measure.technology,
            "measure": measure.measure,
            "value": None if math.isnan(measure.value) else measure.value,
            "low": measure.low,
            "high": measure.high,
            "n": measure.n,
            "hits": measure.hits,
            "note": measure.note,
        }
        for measure in result.measures
    ]


def report(result: Evaluation) -> str:
    """Return the evaluation as plain text: measures, then every miss and every false hit."""
    lines = [f"{result.label_set}: {len(result.judged)} labelled purchases", ""]
    for measure in result.measures:
        if measure.technology == "all":
            value = "none" if math.isnan(measure.value) else f"{measure.value:.3f}"
            lines.append(
                f"{measure.measure:<26} {value}  ({measure.low:.3f} to {measure.high:.3f})  "
                f"{measure.hits} of {measure.n}  {measure.note}"
            )
    lines += ["", f"{'technology':<26} {'recall':>14} {'precision':>14}"]
    for technology in sorted({m.technology for m in result.measures} - {"all"}):
        both = {m.measure: m for m in result.measures if m.technology == technology}
        cells = [f"{both[name].hits} of {both[name].n}" for name in ("recall", "precision")]
        lines.append(f"{technology:<26} {cells[0]:>14} {cells[1]:>14}")
    for title, rows in (("Missed", result.misses), ("Counted wrongly", result.false_hits)):
        lines += ["", f"{title}: {len(rows)}"]
        lines += [_line(row) for row in rows]
    wrong = [
        row
        for row in result.judged
        if row.label == "core" and row.is_counted and row.technology not in row.technologies
    ]
    lines += ["", f"Counted under another technology: {len(wrong)}"]
    lines += [_line(row) for row in wrong]
    return "\n".join(lines)


def _line(row: Judged) -> str:
    became = f"{row.status or 'no rule fired'} {row.scope} {row.technology}".strip()
    why = "; ".join(part for part in (row.rule, row.evidence, row.against) if part)
    label = " or ".join(filter(None, row.technologies)) or row.label
    return (
        f"  {row.record_id}: {row.vendor}: {row.description[:100]}\n"
        f"      labelled {row.label} {label}; {became}{': ' + why if why else ''}"
    )
