"""Builds: a new file each time, checked, then one pointer moves, or nothing changes at all."""

import fcntl
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest import archive, checks
from ingest import build as building
from ingest.add import add, add_starter
from ingest.build import build
from ingest.errors import CheckError, WhobuysError
from ingest.home import Home
from tests import federal
from tests.conftest import Whobuys
from tests.federal import full, transaction

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home with one build, to be copied and never changed."""
    folder = tmp_path_factory.mktemp("first")
    home = Home(folder / "home")
    federal.build_of(home, full(folder, [transaction("A1"), transaction("B2")]))
    return home


@pytest.fixture
def ours(first: Home, tmp_path: Path) -> Home:
    """Return a copy of that home, under a path that nothing may trip over."""
    home = Home(tmp_path / 'an editor\'s "home" [1]* größe; -- %20')
    shutil.copytree(first.root, home.root)
    return home


@pytest.fixture
def another(tmp_path: Path) -> Path:
    """Return a file that makes a new build."""
    return full(tmp_path, [transaction("C3", "7")], year=2023)


def pointed(home: Home) -> dict[str, str]:
    pointer: dict[str, str] = json.loads(home.pointer.read_text("utf-8"))
    return pointer


def figures(home: Home) -> list[tuple[object, ...]]:
    """Return what a reader sees."""
    database = home.published_database()
    assert database
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            "select purchase_id, amount_usd, transactions from mart.purchase order by all"
        ).fetchall()


def files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_the_pointer_names_the_file_of_the_build(ours: Home) -> None:
    build_id = build(ours).build_id
    assert pointed(ours) == {"build_id": build_id, "database": f"whobuys-{build_id}.duckdb"}
    assert ours.published_database() == ours.build / f"whobuys-{build_id}.duckdb"


def test_a_second_build_of_the_same_says_that_nothing_changed(ours: Home) -> None:
    before = ours.pointer.read_bytes()
    said: list[str] = []
    again = build(ours, say=said.append)
    assert not again.is_new
    assert (again.purchases, again.transactions) == (2, 2)
    assert said == ["Nothing has changed since the last build."]
    assert ours.pointer.read_bytes() == before


def test_a_home_may_stand_under_any_path(ours: Home, another: Path) -> None:
    assert federal.build_of(ours, another).transactions == 3


def test_a_home_that_duckdb_cannot_write_to_is_refused_before_anything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WHOBUYS_HOME", str(tmp_path / "what?"))
    with pytest.raises(WhobuysError, match=r"cannot have `\?` in its path"):
        Home.from_environment()


def test_the_same_inputs_make_the_same_build_in_any_home(first: Home, ours: Home) -> None:
    shutil.rmtree(ours.build)
    shutil.rmtree(ours.published)
    shutil.rmtree(ours.staged)
    again = build(ours)
    assert again.is_new
    assert pointed(ours) == pointed(first)
    assert figures(ours) == figures(first)


def test_the_day_spoken_of_is_an_input(ours: Home) -> None:
    first = build(ours)
    assert first.as_of == date(2025, 10, 6)
    later = build(ours, as_of=date(2026, 1, 1))
    assert later.is_new
    assert later.build_id != first.build_id
    assert figures(ours)
    assert build(ours, as_of=date(2025, 10, 6)).build_id == first.build_id


def test_a_build_that_breaks_a_check_is_not_published(
    ours: Home, another: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "checks"
    shutil.copytree(checks.CHECKS, broken)
    (broken / "99_no_c3.sql").write_text(
        "-- There is no purchase C3\n-- Key: none.\n"
        "select award_number from core.purchase where award_number = 'C3'\n",
        "utf-8",
    )
    monkeypatch.setattr(checks, "CHECKS", broken)
    before, seen, kept = ours.pointer.read_bytes(), figures(ours), files(ours.build)
    add(ours, another, federal.SOURCE)
    with pytest.raises(CheckError, match=r"not published.*There is no purchase C3 \(99_no_c3\)"):
        build(ours)
    assert ours.pointer.read_bytes() == before
    assert figures(ours) == seen
    assert files(ours.build) == kept
    monkeypatch.undo()
    assert build(ours).transactions == 3


@pytest.mark.parametrize("path", sorted(checks.CHECKS.glob("*.sql")), ids=lambda path: path.stem)
def test_every_check_says_what_it_promises_and_its_key(path: Path) -> None:
    promise, key, *_ = path.read_text("utf-8").splitlines()
    assert promise.startswith("-- ")
    assert key.startswith("-- Key: ")


# What must not be, and the check that notices it.
DAMAGE = {
    "delete from core.transaction where amount = 100": "01_",
    "insert into core.transaction select * from core.transaction": "04_",
    "update core.purchase set amount = amount + 0.01": "03_",
    "delete from core.purchase": "03_",
    "update mart.transaction set amount = amount + 0.01": "06_",
    "delete from mart.transaction": "06_",
    "update mart.purchase set raw_row = null": "05_",
    "delete from mart.evidence": "07_",
    "update core.file set rows = rows + 1": "02_",
}


def test_damage_between_the_steps_is_noticed(ours: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    unnoticed = []
    check_build = checks.check_build

    def check_after_each(connection: duckdb.DuckDBPyConnection) -> None:
        for damage, check in DAMAGE.items():
            connection.execute("begin")
            connection.execute(damage)
            try:
                check_build(connection)
            except CheckError as error:
                if f"({check}" not in str(error):
                    unnoticed.append((damage, str(error)))
            else:
                unnoticed.append((damage, "nothing"))
            connection.execute("rollback")
        check_build(connection)

    monkeypatch.setattr(checks, "check_build", check_after_each)
    assert build(ours, as_of=date(2026, 2, 2)).is_new
    assert unnoticed == []


def test_the_last_three_builds_stay_and_the_published_one_always(ours: Home) -> None:
    ids = [build(ours).build_id]
    ids += [build(ours, as_of=date(2026, 1, day)).build_id for day in (1, 2, 3)]
    assert files(ours.build) == {f"whobuys-{build_id}.duckdb" for build_id in ids[1:]}
    assert pointed(ours)["build_id"] == ids[-1]
    # The oldest of them published anew is not the one to go.
    assert build(ours, as_of=date(2026, 1, 1)).build_id == ids[1]
    assert files(ours.build) == {f"whobuys-{build_id}.duckdb" for build_id in ids[1:]}
    assert pointed(ours)["build_id"] == ids[1]


def test_a_reader_of_the_older_build_goes_on_reading(ours: Home, another: Path) -> None:
    database = ours.published_database()
    with duckdb.connect(str(database), read_only=True) as reader:
        federal.build_of(ours, another)
        assert reader.execute("select count(*) from mart.purchase").fetchone() == (2,)
    assert len(figures(ours)) == 3


def test_a_second_run_at_once_says_who_is_at_work(ours: Home, another: Path) -> None:
    with building.one_at_a_time(ours):
        for attempt in (lambda: build(ours), lambda: add(ours, another, federal.SOURCE)):
            with pytest.raises(WhobuysError, match=r"Another run is at work here \(process [0-9]+"):
                attempt()
    assert not build(ours).is_new


def test_a_lock_that_a_killed_run_left_holds_nobody_up(ours: Home) -> None:
    lock = ours.build / ".lock"
    lock.write_text("process 1, since 00:00 UTC", "utf-8")
    assert not build(ours).is_new
    with lock.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_killed_runs_left_is_removed_and_the_published_build_untouched(
    ours: Home,
) -> None:
    before = ours.pointer.read_bytes()
    expected = files(ours.root)
    sha = next(archive.kept(ours)).receipt.sha256
    left = [
        ours.build / "whobuys-000000000000.part",
        ours.build / "whobuys-000000000000.part.wal",
        ours.build / ".spill" / "duckdb_temp_storage-0.tmp",
        ours.published / ".current.json.123.part",
        ours.staged / federal.SOURCE / f".{sha[:16]}-1.parquet.part",
        ours.staged / federal.SOURCE / f".{sha[:16]}-1.parquet.part.again",
        ours.staged / federal.SOURCE / ".member.csv.123.part",
        ours.staged / federal.SOURCE / ".abc.json.123.part",
        ours.staged / federal.SOURCE / ".spill" / "duckdb_temp_storage-0.tmp",
        ours.raw / federal.SOURCE / ".part-123" / "half.zip",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    assert not build(ours).is_new
    assert files(ours.root) == expected
    assert ours.pointer.read_bytes() == before


def test_a_raw_file_that_can_no_longer_be_used_is_left_out_and_named(
    ours: Home, another: Path, whobuys: Whobuys
) -> None:
    add(ours, another, federal.SOURCE)
    raw = next(raw for raw in archive.kept(ours) if "FY2023" in raw.path.name)
    raw.path.write_bytes(raw.path.read_bytes()[:-100])
    shutil.rmtree(ours.staged)
    ran = whobuys("build", WHOBUYS_HOME=str(ours.root))
    assert ran.returncode == 1
    assert f"Left out of {federal.SOURCE}:" in ran.stderr
    assert raw.path.name in ran.stderr
    assert [number for number, *_ in figures(ours)] == [
        f"us_federal:{federal.award_key(number)}" for number in ("A1", "B2")
    ]
    stated = json.loads(whobuys("status", "--json", WHOBUYS_HOME=str(ours.root)).stdout)
    source = next(s for s in stated["sources"] if s["source_id"] == federal.SOURCE)
    assert source["state"] == "stale"
    assert raw.path.name in source["why"]


def test_a_raw_file_that_is_gone_stops_no_other(ours: Home, another: Path) -> None:
    add(ours, another, federal.SOURCE)
    raw = next(raw for raw in archive.kept(ours) if "FY2023" in raw.path.name)
    raw.path.unlink()
    built = build(ours)
    assert built.transactions == 2
    assert "FY2023" in built.failures[federal.SOURCE]


def test_every_file_that_fails_is_named(ours: Home, tmp_path: Path) -> None:
    for year in (2020, 2021):
        add(ours, full(tmp_path, [transaction(date=f"{year}-01-01")], year=year), federal.SOURCE)
    for raw in archive.kept(ours):
        if "FY2024" not in raw.path.name:
            raw.path.unlink()
    why = build(ours).failures[federal.SOURCE]
    assert "FY2020" in why
    assert "FY2021" in why


def test_raw_files_without_a_declaration_are_named_and_left_out(ours: Home, tmp_path: Path) -> None:
    own = ours.root / "sources" / "us_county.yml"
    own.parent.mkdir()
    contracts = federal.ROOT / "data" / "sources" / f"{federal.SOURCE}.yml"
    own.write_text(contracts.read_text("utf-8"), "utf-8")
    add(ours, full(tmp_path, [transaction("C3")], year=2023), "us_county")
    own.unlink()
    built = build(ours)
    assert "no declaration of it" in built.failures["us_county"]
    assert built.transactions == 2


def test_with_nothing_added_there_is_nothing_to_build(tmp_path: Path) -> None:
    with pytest.raises(WhobuysError, match="nothing to build from"):
        build(Home(tmp_path / "home"))


def test_the_starter_builds_without_a_network_and_only_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    add_starter(home)
    add_starter(home)
    built = build(home)
    assert built.purchases == 827
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert connection.execute(
            "select count(*), sum(transactions), min(first_date), max(last_date) from mart.purchase"
        ).fetchone() == (827, built.transactions, date(2020, 10, 5), date(2025, 9, 30))


def test_a_build_says_what_it_is_of(ours: Home) -> None:
    built = build(ours)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert connection.execute(
            "select build_id, as_of, duckdb_version, purchases, transactions from meta.build"
        ).fetchone() == (built.build_id, built.as_of, duckdb.__version__, 2, 2)
