"""Flags: questions worth asking about a counted purchase, one query each in `flags/`.

The comment that opens a query is its method page: a title, then `asks`, `why`, `method`,
`not applicable`, `innocent explanation`, `checked` (when somebody read what it raised beside the
records, and how often it was right) and `version`. The query gives every row of the view
`examined` once: `purchase_id, is_raised, value, evidence, not_applicable` (a reason, or null).
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from ingest.errors import DeclarationError
from ingest.places import joined
from ingest.tables import load_table

FLAGS = Path(__file__).parent / "flags"
HEADINGS = (
    "asks", "why", "method", "not applicable", "innocent explanation", "checked", "version",
)  # fmt: skip
# A flag that is raised on more than this share of what it examines is shown as a fact.
MOST_SHARE = Decimal("0.1")
THRESHOLDS = "approval_thresholds.csv"
_THRESHOLD = (
    "place_id threshold currency from_date to_date only_buyers what note source source_url "
    "confidence"
).split()


@dataclass(frozen=True)
class Flag:
    """One flag: its short name, the texts of its method page, its query."""

    flag: str
    code: str
    title: str
    texts: dict[str, str]
    query: str


def load_flags(folder: Path = FLAGS) -> list[Flag]:
    """Return every flag in the order of their files.

    Raises DeclarationError for a file whose opening comment lacks a heading or has another.
    """
    return [_read(path) for path in sorted(folder.glob("*.sql"))]


def _read(path: Path) -> Flag:
    code, _, name = path.stem.partition("_")
    text = path.read_text("utf-8")
    comment: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--"))
    title, texts, heading = "", {}, ""
    for line in comment:
        begins = next((known for known in HEADINGS if line.startswith(f" {known}:")), None)
        if begins:
            heading = begins
            texts[heading] = line.removeprefix(f" {heading}:").strip()
        elif heading and line.startswith("   "):
            texts[heading] += f" {line.strip()}"
        elif not title and not heading:
            title = line.strip()
        else:
            raise DeclarationError(
                f"{path.name}: `{line.strip()}` is under no heading. Known are "
                f"{', '.join(HEADINGS)}; a line that goes on is set in by two spaces."
            )
    if not title or (missing := [known for known in HEADINGS if not texts.get(known)]):
        raise DeclarationError(
            f"{path.name}: its opening comment lacks {'a title' if not title else missing}."
        )
    if not texts["version"].isdigit():
        raise DeclarationError(f"{path.name}: `version` is a whole number.")
    return Flag(name.replace("_", "-"), code, title, texts, text)


def load_thresholds(connection: duckdb.DuckDBPyConnection, folders: list[Path]) -> None:
    """Fill core.approval_threshold: from which amount a place asks for more, and since when.

    Raises DeclarationError for a line without a source, or whose amount or dates are none.
    """
    rows = joined(
        folders,
        THRESHOLDS,
        _THRESHOLD,
        lambda row: (row["place_id"], row["threshold"], row["currency"], row["from_date"]),
    )
    load_table(
        connection,
        "core.approval_threshold",
        {
            "place_id": "varchar", "threshold": "decimal(18, 2)", "currency": "varchar",
            "from_date": "date", "to_date": "date", "buyers": "varchar", "what": "varchar",
        },
        [_threshold(row) for row in rows],
    )  # fmt: skip


def _threshold(row: dict[str, str]) -> list[object]:
    try:
        amount = Decimal(row["threshold"])
        first = date.fromisoformat(row["from_date"])
        last = date.fromisoformat(row["to_date"]) if row["to_date"] else None
    except (ValueError, InvalidOperation) as error:
        raise DeclarationError(f"{THRESHOLDS}: {row} is no dated threshold ({error}).") from error
    if amount <= 0 or not all(row[name] for name in ("what", "source", "place_id", "currency")):
        raise DeclarationError(
            f"{THRESHOLDS}: {row} needs a place, an amount above zero, its currency, what it is "
            "and a source."
        )
    # As an expression: any of the words, whole.
    words = [re.escape(word.strip()) for word in row["only_buyers"].split(";") if word.strip()]
    buyers = rf"(?i)\b({'|'.join(words)})\b" if words else None
    return [row["place_id"], amount, row["currency"], first, last, buyers, row["what"]]


def raise_flags(connection: duckdb.DuckDBPyConnection, flags: list[Flag] | None = None) -> None:
    """Fill mart.flag (Key: purchase_id, flag) and mart.flag_method (Key: flag)."""
    connection.execute(_TABLES)
    for flag in flags if flags is not None else load_flags():
        connection.execute(f"create or replace temp table flagged as {flag.query}")
        texts = flag.texts
        connection.execute(
            _METHOD,
            {
                "flag": flag.flag,
                "code": flag.code,
                "title": flag.title,
                "asks": texts["asks"],
                "why": texts["why"],
                "method": texts["method"],
                "not_applicable": texts["not applicable"],
                "innocent": texts["innocent explanation"],
                "checked": texts["checked"],
                "version": int(texts["version"]),
                "most": MOST_SHARE,
            },
        )
        connection.execute(_FLAG, {"flag": flag.flag})


_TABLES = r"""
    create temp macro in_money(amount, currency) as
      case when amount < 0 then '-' else '' end
      || case currency when 'USD' then '$' when 'GBP' then '£' else '' end
      || format('{:,}', abs(round(amount))::bigint)
      || case when currency in ('USD', 'GBP') then '' else ' ' || currency end;

    create temp macro in_dollars(amount) as in_money(amount, 'USD');

    create temp macro fiscal_year_of(day, begins) as
      year(day) + (begins > 1 and month(day) >= begins)::int;

    -- Whether others were asked, as the record says it; null where its words do not. An order is
    -- judged by whether it was offered to the other holders of its contract, where that is said.
    -- Federal words are those of FPDS, `open`, `selective` and `direct` those of OCDS; the rest
    -- was read in tables of San Francisco, Chicago and New York.
    create temp macro was_competed(said, exception) as case
      when nullif(exception, '') is not null
      then regexp_matches(exception, '(?i)^(fair opportunity given|competitive set aside)')
      when regexp_matches(said, '(?i)^not (competed|available for competition)')
        or regexp_matches(said, '(?i)^(follow on to competed action|direct)$')
        or regexp_matches(said, '(?i)\b(sole|single|no other)[ -]source\b')
        or regexp_matches(said, '(?i)\b(not|no|non)[ -]bid\b|\bnon[ -]?competitive')
        or regexp_matches(said, '(?i)not been competitively|solicitation waived')
      then false
      when regexp_matches(said, '(?i)^full and open|\bcompet(ed|itive)\b|\bbids?\b')
        or regexp_matches(said, '(?i)\b(rfp|rfq|rfb|itb|ifb)\b|\brequests? for (proposal|quot|bid)')
        or regexp_matches(said, '(?i)^(open|selective)$')
      then true
    end;

    create temp view examined as
    select
      purchase.*, fiscal_year_begins,
      was_competed(competition, fair_opportunity_exception) as was_competed
    from mart.purchase as purchase
    left join core.source using (source_id)
    where is_counted;

    create table mart.flag_method (
      flag varchar, code varchar, title varchar, question varchar, why varchar, method varchar,
      not_applicable varchar, innocent_explanation varchar, checked varchar, version integer,
      purchases bigint, examined bigint, raised bigint, raised_share decimal(9, 4), is_fact boolean
    );
    create table mart.flag (
      purchase_id varchar, flag varchar, code varchar, title varchar, question varchar,
      value varchar, evidence varchar, innocent_explanation varchar, is_fact boolean,
      version integer
    );
    """
_METHOD = """
    insert into mart.flag_method
    with counts as (
      select
        count(*) as purchases,
        count(*) filter (not_applicable is null) as examined,
        count(*) filter (not_applicable is null and is_raised) as raised
      from flagged
    )
    select
      $flag, $code, $title, $asks, $why, $method, $not_applicable, $innocent, $checked,
      $version, purchases, examined, raised,
      case when examined > 0 then (raised / examined)::decimal(9, 4) end,
      raised > $most * examined
    from counts
    """
_FLAG = """
    insert into mart.flag
    select
      purchase_id, flag, code, title, question, flagged.value, flagged.evidence,
      innocent_explanation, is_fact, version
    from flagged
    join mart.flag_method on flag = $flag
    where flagged.not_applicable is null and is_raised
    order by purchase_id
    """
