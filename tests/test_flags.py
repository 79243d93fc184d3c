"""Flags: every file in ingest/flags/ has its method page and its cases, and says what they say."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingest.errors import DeclarationError
from ingest.flagging import FLAGS, HEADINGS, load_flags, load_thresholds, raise_flags
from tests.published import TABLES, create_tables

pytestmark = pytest.mark.data

CASES = Path(__file__).parent / "flags"
FILES = sorted(FLAGS.glob("*.sql"))


def examined(rows: dict[str, list[dict[str, Any]]]) -> duckdb.DuckDBPyConnection:
    """Return a database of these rows, with every table that a flag may read."""
    con = duckdb.connect()
    create_tables(con)
    con.execute("drop table mart.flag; drop table mart.flag_method")
    con.execute("create table core.source (source_id varchar, fiscal_year_begins int)")
    con.execute("insert into core.source values ('federal', 10), ('city', 1)")
    load_thresholds(con, [FLAGS.parents[1] / "data" / "reference"])
    for table, records in rows.items():
        for record in records:
            names = ", ".join(f'"{name}"' for name in record)
            marks = ", ".join("?" for _ in record)
            con.execute(f"insert into {table} ({names}) values ({marks})", list(record.values()))
    return con


def cases(path: Path) -> dict[str, Any]:
    beside = CASES / f"{path.stem}.yml"
    assert beside.exists(), f"Write its cases in tests/flags/{beside.name}"
    return dict(yaml.safe_load(beside.read_text("utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_flag_is_raised_on_its_cases_and_on_no_other(path: Path) -> None:
    said = cases(path)
    assert set(said) <= {"every", "raises", "does_not", "not_applicable", "tables"}
    kinds = {kind: said[kind] for kind in ("raises", "does_not", "not_applicable")}
    assert all(kinds.values()), "a flag needs cases of all three kinds"
    purchases = [
        {
            "purchase_id": f"{kind}:{number}", "source_id": "federal", "place_id": "us",
            "is_counted": True, "is_grouped": False, "currency": "USD", "basis": "obligated",
            **said.get("every", {}), **case,
        }
        for kind, rows in kinds.items() for number, case in enumerate(rows, start=1)
    ]  # fmt: skip
    con = examined({"mart.purchase": purchases, **said.get("tables", {})})
    (flag,) = (flag for flag in load_flags() if path.stem.startswith(flag.code))
    raise_flags(con, [flag])
    rows = con.execute(
        "select purchase_id, value, evidence, is_fact from mart.flag order by all"
    ).fetchall()
    wanted = [f"raises:{number}" for number in range(1, len(kinds["raises"]) + 1)]
    assert [row[0] for row in rows] == sorted(wanted)
    assert all(value and evidence for _, value, evidence, _ in rows)
    results = con.execute("select purchase_id, not_applicable from flagged").fetchall()
    assert len(results) == len(purchases), "a flag speaks once of each purchase"
    for purchase_id, reason in results:
        assert bool(reason) == purchase_id.startswith("not_applicable"), (purchase_id, reason)


def test_every_case_belongs_to_a_flag() -> None:
    assert {path.stem for path in CASES.glob("*.yml")} == {path.stem for path in FILES}


def test_every_flag_has_a_number_and_a_name_of_its_own() -> None:
    flags = load_flags()
    assert len({flag.code for flag in flags}) == len({flag.flag for flag in flags}) == len(FILES)
    for flag in flags:
        assert flag.texts["asks"].endswith((".", "?"))
        assert list(flag.texts) == list(HEADINGS)


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("-- asks: Why?", "lacks a title"),
        ("-- A title\n-- asks: Why?", "lacks"),
        ("-- A title\n-- ask: Why?", "under no heading"),
        (
            "-- A title\n" + "\n".join(f"-- {heading}: words" for heading in HEADINGS),
            "whole number",
        ),
    ],
)
def test_a_flag_without_a_heading_is_refused(tmp_path: Path, opening: str, said: str) -> None:
    (tmp_path / "F99_new.sql").write_text(f"{opening}\nselect 1\n", "utf-8")
    with pytest.raises(DeclarationError, match=said):
        load_flags(tmp_path)


def test_what_is_raised_on_more_than_a_tenth_is_a_fact() -> None:
    (flag,) = (flag for flag in load_flags() if flag.code == "F04")
    for raised, is_fact in ((1, False), (2, True)):
        rows = [
            {
                "purchase_id": str(n), "is_counted": True, "competition": "FULL AND OPEN",
                "offers_received": 1 if n < raised else 3,
            }
            for n in range(10)
        ]  # fmt: skip
        con = examined({"mart.purchase": rows})
        raise_flags(con, [flag])
        assert con.execute(
            "select examined, raised, raised_share, is_fact from mart.flag_method"
        ).fetchone() == (10, raised, Decimal(raised) / 10, is_fact)
        assert con.execute("select distinct is_fact from mart.flag").fetchall() == [(is_fact,)]


def test_flags_read_only_what_is_published() -> None:
    for path in FILES:
        words = path.read_text("utf-8").replace("(", " ").split()
        read = {word.rstrip(").;,") for word in words if word.startswith(("mart.", "core."))}
        assert read <= set(TABLES) | {"core.approval_threshold"} | {
            "mart.use", "mart.purchase_law", "mart.standing_list"
        }, path.name  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("us,lots,USD,2020-01-01,,,limit,,a source,,high", "no dated threshold"),
        ("us,5000,USD,2020-01-01,,,limit,,,,high", "a source"),
        ("us,5000,,2020-01-01,,,limit,,a source,,high", "its currency"),
        ("us,-5,USD,2020-01-01,,,limit,,a source,,high", "above zero"),
    ],
)
def test_a_threshold_needs_amount_day_and_source(tmp_path: Path, line: str, said: str) -> None:
    header = (
        "place_id,threshold,currency,from_date,to_date,only_buyers,what,note,source,source_url,"
        "confidence"
    )
    (tmp_path / "approval_thresholds.csv").write_text(f"{header}\n{line}\n", "utf-8")
    con = duckdb.connect()
    with pytest.raises(DeclarationError, match=said):
        load_thresholds(con, [tmp_path])
