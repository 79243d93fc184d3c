"""Fetching the award data archive: from an empty home, month after month, and when it breaks."""

import json
import random
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest import archive as raw_archive
from ingest import core, stage
from ingest.build import build
from ingest.errors import WhobuysError
from ingest.fetch import Asked, Fetched, fetch
from ingest.files import checksum
from ingest.home import Home
from ingest.http import Pace
from ingest.source import load_sources
from ingest.status import status
from tests import federal
from tests.conftest import Whobuys
from tests.federal import SOURCE, changed, delta, full, transaction
from tests.usaspending.archive import QUICK, Archive, fetched

pytestmark = pytest.mark.service

JULY, AUGUST, SEPTEMBER, OCTOBER = "20260706", "20260806", "20260906", "20261006"
SUMMER, AUTUMN = date(2026, 8, 20), date(2026, 9, 20)
YEARS = (2024, 2025)
A, B, C = (transaction(name, amount) for name, amount in (("A1", "10"), ("B1", "20"), ("C1", "30")))
NEXT_YEAR = transaction("D1", "40", "2025-03-01")
Fetch = Callable[..., Fetched]


@pytest.fixture
def get(ours: Home) -> Fetch:
    def get(
        today: date = SUMMER,
        *,
        agencies: tuple[str, ...] = (),
        years: tuple[int, ...] = YEARS,
        repair: bool = False,
        pace: Pace = QUICK,
    ) -> Fetched:
        return fetched(ours, Asked(agencies, years, repair), today, pace)

    return get


@pytest.fixture
def months(tmp_path: Path) -> Callable[[str], list[Path]]:
    """Return a function that writes the whole files of a month: of July, three purchases."""

    def months(stamp: str) -> list[Path]:
        folder = tmp_path / stamp
        rows = {
            JULY: [A, B, C],
            AUGUST: [{**A, "federal_action_obligation": "11"}, C],
        }.get(stamp, [{**A, "federal_action_obligation": "12"}, C, transaction("E1", "5")])
        return [
            full(folder, rows, stamp=stamp),
            full(folder, [NEXT_YEAR], year=2025, stamp=stamp),
        ]

    return months


@pytest.fixture
def august(tmp_path: Path) -> Path:
    """Return the changes that lead from July to August: A1 corrected, B1 deleted."""
    corrected = changed({**A, "federal_action_obligation": "11"}, "C")
    return delta(tmp_path / "deltas", [corrected, changed(B, "D")], stamp=AUGUST)


@pytest.fixture
def september(tmp_path: Path) -> Path:
    corrected = changed({**A, "federal_action_obligation": "12"}, "C")
    new = changed(transaction("E1", "5"))
    # The file of changes came later than the whole ones, under a stamp of its own.
    return delta(tmp_path / "deltas", [corrected, new], stamp="20260924")


def money(home: Home) -> dict[str, Decimal]:
    """Return the transactions that count by the number of their award.

    With the first steps of a build alone: what comes after does not decide which row counts.
    """
    sources = load_sources(home.source_folders)
    found = [
        stage.StagedFile(sources[SOURCE], raw, stage.stage(home, sources[SOURCE], raw))
        for raw in raw_archive.kept(home, SOURCE)
    ]
    with duckdb.connect() as connection:
        core.prepare(connection, home)
        core.load_files(connection, home, found)
        for step in ("10_files", "20_transaction"):
            connection.execute((core.SQL / f"{step}.sql").read_text("utf-8"))
        return dict(
            connection.execute(
                "select split_part(transaction_id, '_', 4), amount from core.transaction order by 1"
            ).fetchall()
        )


def published_money(home: Home) -> dict[str, Decimal]:
    """Build, and return the same of what readers see."""
    database = build(home).database
    with duckdb.connect(str(database), read_only=True) as connection:
        return dict(
            connection.execute(
                "select award_number, sum(mart.transaction.amount) from mart.transaction"
                " join mart.purchase using (purchase_id) group by all order by all"
            ).fetchall()
        )


def kinds(result: Fetched) -> list[str]:
    return [notice.kind for notice in result.notices]


def everything(home: Home) -> dict[str, bytes]:
    """Return every file of a home but its databases, to see that nothing changed.

    When a source was last asked and all was well is no change: what is due follows from it.
    """
    return {
        str(path.relative_to(home.root)): re.sub(rb'"last_good": "[^"]*"', b"", path.read_bytes())
        for path in sorted(home.root.rglob("*"))
        if path.is_file() and path.suffix != ".duckdb" and "lock" not in path.name
    }


IN_JULY = {"A1": 10, "B1": 20, "C1": 30, "D1": 40}
IN_AUGUST = {"A1": 11, "C1": 30, "D1": 40}
IN_SEPTEMBER = {"A1": 12, "C1": 30, "D1": 40, "E1": 5}


@pytest.mark.data
def test_from_an_empty_home_whole_files_then_changes_and_then_nothing(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]], august: Path
) -> None:
    archive.put(*months(JULY))
    first = get(date(2026, 7, 20))
    assert (len(first.files), first.rows, first.notices) == (2, 4, [])
    assert money(ours) == IN_JULY
    archive.roll(AUGUST)
    archive.put(*months(AUGUST), august)
    archive.server.forget()
    assert get().files == [august.name]
    assert archive.downloads() == [august.name]
    assert published_money(ours) == IN_AUGUST
    before, database = everything(ours), ours.published_database()
    archive.server.forget()
    again = get()
    assert (again.files, again.notices) == ([], [])
    assert archive.downloads() == []
    assert everything(ours) == before
    assert not build(ours).is_new
    assert ours.published_database() == database


def test_receipts_say_where_from_and_which_version(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    for raw in raw_archive.kept(ours, SOURCE):
        held = archive.files[raw.receipt.file_name]
        assert raw.receipt.url == (
            f"{archive.server.url}/award_data_archive/{raw.receipt.file_name}"
        )
        assert raw.receipt.headers["ETag"] == held.etag
        assert raw.receipt.headers["Content-Length"] == str(len(held.content))
        assert raw.receipt.headers["Last-Modified"].endswith("GMT")


def test_changes_of_the_stamp_of_the_whole_file_are_not_needed(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]], august: Path
) -> None:
    archive.put(*months(AUGUST), august)
    assert august.name not in get().files
    assert money(ours) == IN_AUGUST


def test_ten_days_without_changes_after_new_whole_files_are_waited_for(
    archive: Archive,
    ours: Home,
    get: Fetch,
    months: Callable[[str], list[Path]],
    september: Path,
) -> None:
    archive.put(*months(AUGUST))
    get()
    archive.roll(SEPTEMBER)
    archive.put(*months(SEPTEMBER))
    waiting = get(AUTUMN)
    assert kinds(waiting) == ["changes not out yet"]
    assert "Figures stand as of 6 Aug 2026" in waiting.notices[0].message
    assert not waiting.is_stale
    assert money(ours) == IN_AUGUST
    archive.put(september)
    done = get(date(2026, 9, 25))
    assert (done.files, done.notices) == ([september.name], [])
    assert money(ours) == IN_SEPTEMBER


def test_a_missing_month_is_said_and_repaired_when_asked(
    archive: Archive,
    ours: Home,
    get: Fetch,
    months: Callable[[str], list[Path]],
    september: Path,
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    archive.roll(SEPTEMBER)
    archive.put(*months(SEPTEMBER), september)
    refused = get(AUTUMN)
    assert refused.files == []
    assert kinds(refused) == ["month missing"]
    said = refused.notices[0].message
    assert "after 6 Jul 2026 are missing" in said
    assert f"FY2024_070_Contracts_Full_{SEPTEMBER}.zip" in said
    assert "`whobuys fetch --repair`" in said
    assert published_money(ours) == IN_JULY
    with duckdb.connect(str(ours.published_database()), read_only=True) as connection:
        assert connection.execute(
            "select stale_because from mart.source where source_id = ?", [SOURCE]
        ).fetchone() == (said,)
    shown = next(source for source in status(ours).sources if source.source_id == SOURCE)
    assert (shown.state, shown.notices) == ("stale", [said])
    repaired = get(AUTUMN, repair=True)
    assert len(repaired.files) == 3
    assert repaired.notices == []
    assert money(ours) == IN_SEPTEMBER
    assert get(AUTUMN).files == []


def test_changes_that_never_come_are_missing_after_a_month(
    archive: Archive, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.put(*months(AUGUST))
    get()
    archive.roll(SEPTEMBER)
    archive.put(*months(SEPTEMBER))
    assert kinds(get(date(2026, 10, 20))) == ["month missing"]


def test_changes_twice_late_and_out_of_order_end_in_the_same_figures(
    archive: Archive,
    ours: Home,
    get: Fetch,
    months: Callable[[str], list[Path]],
    august: Path,
    september: Path,
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    # By hand, the later first: September stands, and August does not undo it.
    federal.load(ours, september)
    federal.load(ours, august)
    federal.load(ours, september)
    assert money(ours) == IN_SEPTEMBER
    archive.roll(AUGUST)
    archive.put(*months(AUGUST), august)
    archive.server.forget()
    assert get(AUTUMN).notices == []
    assert august.name not in archive.downloads()
    assert money(ours) == IN_SEPTEMBER


def test_in_october_the_year_before_stands_in_for_the_new_one(
    archive: Archive, ours: Home, get: Fetch, tmp_path: Path
) -> None:
    rows = [transaction("F1", "7", "2026-03-01")]
    archive.put(full(tmp_path, rows, year=2026, stamp=SEPTEMBER))
    result = get(date(2026, 10, 4), years=(2027,))
    assert result.files == [f"FY2026_070_Contracts_Full_{SEPTEMBER}.zip"]
    assert kinds(result) == ["not out yet"]
    assert "fiscal year 2027" in result.notices[0].message
    assert "2026 is the newest here" in result.notices[0].message
    assert not result.is_stale
    assert money(ours) == {"F1": 7}


def test_a_year_that_is_not_listed_is_said(
    archive: Archive, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.put(*months(JULY)[:1])
    result = get(date(2026, 7, 20))
    assert len(result.files) == 1
    assert kinds(result) == ["not there"]
    assert "fiscal year 2025" in result.notices[0].message


@pytest.mark.data
def test_changes_of_years_without_a_whole_file_are_said(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]], tmp_path: Path
) -> None:
    archive.put(*months(JULY)[:1])
    get(date(2026, 7, 20), years=(2024,))
    early = changed(transaction("Z1", "7.00", "2012-03-01", modification="P00009"))
    archive.put(delta(tmp_path, [early, changed(A, "C")], stamp=AUGUST))
    get(years=(2024,))
    database = build(ours).database
    with duckdb.connect(str(database), read_only=True) as connection:
        ((said,),) = connection.execute(
            "select message from meta.issue where kind = 'changes without a whole file'"
        ).fetchall()
        years = connection.execute("select distinct fiscal_year from mart.denominator").fetchall()
    assert years == [(2024,)]
    assert "hold 1 transactions of fiscal years 2012 to 2012" in said
    assert "may lack other transactions" in said
    shown = next(source for source in status(ours).sources if source.source_id == SOURCE)
    assert (shown.state, shown.notices) == ("fresh", [said])


def test_a_file_with_a_header_alone_is_kept_out_until_it_is_mended(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]], tmp_path: Path
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    archive.roll(AUGUST)
    empty = delta(tmp_path / "empty", [], stamp=AUGUST)
    archive.put(*months(AUGUST), empty)
    result = get()
    assert result.files == []
    assert "kept out" in kinds(result)
    assert "has a header but no rows" in " ".join(n.message for n in result.notices)
    assert result.is_stale
    assert money(ours) == IN_JULY
    archive.server.forget()
    assert kinds(get()) == kinds(result)
    assert archive.downloads() == []
    corrected = changed({**A, "federal_action_obligation": "11"}, "C")
    archive.put(delta(tmp_path / "mended", [corrected, changed(B, "D")], stamp=AUGUST))
    mended = get()
    assert (mended.files, mended.notices) == ([empty.name], [])
    assert money(ours) == IN_AUGUST


def test_a_file_put_out_again_under_its_name_counts_in_place_of_the_older(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]], tmp_path: Path
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    name = f"FY2024_070_Contracts_Full_{JULY}.zip"
    before = sorted(path.name for path in raw_archive.every_folder(ours))
    again = full(tmp_path / "again", [A, C], stamp=JULY)
    archive.put(again)
    assert get(date(2026, 7, 20)).files == [name]
    assert money(ours) == {"A1": 10, "C1": 30, "D1": 40}
    # What was served before stays, byte for byte, and counts no more.
    every = raw_archive.every_folder(ours)
    assert len(every) == len(before) + 1
    (aside,) = [folder for folder in every if raw_archive.is_set_aside(folder)]
    assert aside.name in before
    raw_archive.verify(raw_archive.read(aside))
    assert checksum(again) in (aside / raw_archive.SET_ASIDE).read_text("utf-8")
    # And counts again when the publisher goes back to it.
    archive.put(*months(JULY))
    assert get(date(2026, 7, 20)).files == [name]
    assert money(ours) == IN_JULY
    assert raw_archive.every_folder(ours) == every
    assert get(date(2026, 7, 20)).files == []


def test_a_host_that_knows_no_conditions_sends_nothing_twice(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.knows_conditions = False
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    before = everything(ours)
    assert get(date(2026, 7, 20)).files == []
    assert everything(ours) == before


def test_names_that_roll_while_we_fetch_are_looked_up_again(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.ghosts = [f"FY{year}_070_Contracts_Full_{JULY}.zip" for year in YEARS]
    archive.put(*months(AUGUST))
    assert sorted(get().files) == sorted(path.name for path in months(AUGUST))
    assert money(ours) == IN_AUGUST
    assert [logged.status for logged in archive.server.asked(JULY)][:1] == [404]


def test_the_bucket_is_read_page_by_page_when_the_service_is_down(
    archive: Archive,
    ours: Home,
    get: Fetch,
    months: Callable[[str], list[Path]],
    august: Path,
    tmp_path: Path,
) -> None:
    archive.page = 1
    archive.server.faults.down = "^/api/"
    june = delta(tmp_path / "june", [changed(A, "D")], stamp="20260606")
    archive.put(*months(JULY), june, august)
    assert len(get().files) == 3
    assert money(ours) == IN_AUGUST
    pages = archive.server.asked("archive/$")
    assert [page.query["marker"] for page in pages if "marker" in page.query] == [june.name]
    archive.server.forget()
    assert get().files == []
    # The listing has the ETag of each file, so that none is even asked for.
    assert archive.server.asked("archive/.+zip$") == []


def test_one_agency_and_all_are_never_both_fetched(
    archive: Archive, ours: Home, get: Fetch, tmp_path: Path
) -> None:
    mine = transaction("A1", "10")
    theirs = transaction("X1", "3", department="015", agency="1549")
    archive.put(
        full(tmp_path, [mine], stamp=JULY),
        full(tmp_path, [mine, theirs], agency="All", stamp=JULY),
    )
    result = get(date(2026, 7, 20), agencies=("all", "070"), years=(2024,))
    assert result.files == [f"FY2024_All_Contracts_Full_{JULY}.zip"]
    assert kinds(result) == ["already whole"]
    assert money(ours) == {"A1": 10, "X1": 3}
    archive.server.forget()
    assert get(date(2026, 7, 20), agencies=("070",), years=(2024,)).files == []


@pytest.mark.usefixtures("archive")
def test_an_unknown_agency_ends_with_what_to_give(get: Fetch) -> None:
    with pytest.raises(WhobuysError, match=r"no agency '071'"):
        get(agencies=("071",))


def test_a_stopped_download_goes_on_where_it_stopped(
    archive: Archive, ours: Home, get: Fetch, tmp_path: Path
) -> None:
    archive.put(noisy(tmp_path))
    archive.server.faults.every, archive.server.faults.ways = 3, ("truncated",)
    get(date(2026, 7, 20), years=(2024,))
    asked = archive.server.asked("zip$")
    assert [logged.status for logged in asked] == [200, 206]
    assert int(asked[1].headers["range"].removeprefix("bytes=").rstrip("-")) > 0
    assert len(money(ours)) == 400


@pytest.mark.parametrize("change", ["no ranges", "another file"])
def test_what_cannot_be_continued_is_fetched_from_the_start(
    archive: Archive, ours: Home, get: Fetch, tmp_path: Path, change: str
) -> None:
    path = noisy(tmp_path)
    archive.put(path)
    archive.server.faults.down, archive.server.faults.down_way = "zip$", "truncated"
    assert get(date(2026, 7, 20), years=(2024,)).failure
    archive.server.faults.down = None
    if change == "no ranges":
        archive.knows_ranges = False
    else:
        archive.put(full(tmp_path / "other", [A], stamp=JULY))
    assert get(date(2026, 7, 20), years=(2024,)).files == [path.name]
    assert len(money(ours)) == (400 if change == "no ranges" else 1)


def test_a_file_that_lies_about_its_length_is_no_whole_zip(
    archive: Archive, ours: Home, get: Fetch, tmp_path: Path
) -> None:
    path = noisy(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    archive.put(path)
    result = get(date(2026, 7, 20), years=(2024,))
    assert "each time the zip was broken" in (result.failure or "")
    assert list(raw_archive.kept(ours, SOURCE)) == []


def test_large_files_keep_their_distance(
    archive: Archive, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20), pace=Pace(0.0, 1.5, 0.01, 0.05, large_file=1))
    first, second = archive.server.asked("zip$")
    assert first.ended
    assert second.at - first.ended >= 1.4


def test_every_seventh_request_fails_and_the_figures_are_the_same(
    archive: Archive,
    ours: Home,
    get: Fetch,
    months: Callable[[str], list[Path]],
    august: Path,
    september: Path,
) -> None:
    faults = archive.server.faults
    # At first every third, so that each way to fail comes in its turn.
    faults.every, faults.stall = 3, 5.0
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    faults.every = 7
    for _ in range(6):
        get(date(2026, 7, 20))
    archive.roll(AUGUST)
    archive.put(*months(AUGUST), august)
    get()
    archive.roll(SEPTEMBER)
    archive.put(*months(SEPTEMBER), september)
    for _ in range(4):
        assert get(date(2026, 9, 25)).failure is None
    assert money(ours) == IN_SEPTEMBER
    assert faults.struck >= len(faults.ways)
    log = archive.server.log
    told = [(n, logged) for n, logged in enumerate(log) if logged.retry_after]
    assert told
    for number, logged in told:
        again = next(later for later in log[number + 1 :] if later.path == logged.path)
        assert again.at - logged.at >= (logged.retry_after or 0)


def test_a_source_that_fails_keeps_its_last_good_data(
    archive: Archive, ours: Home, get: Fetch, months: Callable[[str], list[Path]]
) -> None:
    archive.put(*months(JULY))
    get(date(2026, 7, 20))
    archive.server.faults.down = "."
    failed = get()
    assert "503" in (failed.failure or "")
    assert money(ours) == IN_JULY
    archive.server.faults.down = None
    assert get(date(2026, 7, 20)).notices == []


def noisy(folder: Path) -> Path:
    """Write a whole file of 400 purchases that does not compress to nothing."""
    chance = random.Random(7)  # noqa: S311
    rows = [
        transaction(f"N{n}", "1", transaction_description=chance.randbytes(200).hex())
        for n in range(400)
    ]
    return full(folder, rows, stamp=JULY)


@pytest.mark.usefixtures("home")
def test_the_command_says_what_it_did_and_ends_with_its_code(
    archive: Archive,
    whobuys: Whobuys,
    months: Callable[[str], list[Path]],
    september: Path,
) -> None:
    archive.put(*months(JULY))
    asked = ("fetch", "--fiscal-year", "2024", "--fiscal-year", "2025")
    first = whobuys(*asked, SOURCE)
    assert first.returncode == 0, first.stderr
    assert first.stdout == (
        f"{SOURCE}: 2 new files, 4 rows. Run `whobuys build` to publish them.\n"
    )
    assert f"Fetching FY2024_070_Contracts_Full_{JULY}.zip" in first.stderr
    archive.roll(SEPTEMBER)
    archive.put(*months(SEPTEMBER), september)
    gap = whobuys(*asked, SOURCE, "--json")
    assert gap.returncode == 1
    (facts,) = json.loads(gap.stdout)
    assert facts["files"] == []
    assert facts["notices"][0]["kind"] == "month missing"
    repaired = whobuys(*asked, SOURCE, "--agency", "070", "--repair")
    assert repaired.returncode == 0
    assert "3 new files" in repaired.stdout
    unknown = whobuys("fetch", "us_federal_starter")
    assert unknown.returncode == 2
    assert "`whobuys add FILE --source us_federal_starter`" in unknown.stderr


def test_what_a_home_wants_stands_in_its_settings(
    archive: Archive, ours: Home, tmp_path: Path
) -> None:
    row = transaction("J1", "9", department="015", agency="1549")
    archive.put(full(tmp_path, [row], agency="015", stamp=JULY))
    (ours.root / "fetch.yml").write_text(
        f'{SOURCE}:\n  agencies: ["015"]\n  first_year: 2024\n  years_back: 2\n', "utf-8"
    )
    (result,) = fetch(ours, [SOURCE], today=date(2026, 7, 20), pace=QUICK)
    assert result.files == [f"FY2024_015_Contracts_Full_{JULY}.zip"]
    (ours.root / "fetch.yml").write_text(f"{SOURCE}:\n  agency: x\n", "utf-8")
    with pytest.raises(WhobuysError, match=r"fetch\.yml"):
        fetch(ours, [SOURCE], pace=QUICK)
