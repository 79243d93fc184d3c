"""What is fetched when no source is named, and what a command says when a portal fails."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest import fetch_place
from ingest import refresh as refreshing
from ingest.cli import app
from ingest.errors import DeclarationError
from ingest.fetch import load_settings
from ingest.fetch_result import Asked
from ingest.following import following
from ingest.home import Home
from ingest.http import Client, Pace
from ingest.source import Source, load_sources
from tests.place_tables import CONTRACTS, DECLARED, PAYMENTS, add_table, home_with
from tests.portals.socrata import Portal, Table
from tests.usaspending.server import Server

COLUMNS = [(name, name, "text") for name in ("contract_number", "department", "payee", "amount")]


def declared(home: Home, source_id: str, *more: str) -> None:
    text = DECLARED[CONTRACTS] + "\n".join(more) + "\n"
    (home.root / "sources" / f"{source_id}.yml").write_text(text, "utf-8")


@pytest.fixture
def city(tmp_path: Path) -> Home:
    """Return a home with a small source, a large one, one of files alone and one switched off."""
    home = home_with(tmp_path / "home")
    declared(home, "us_il_springfield_small", "address: https://data.springfield.example/a.csv")
    declared(
        home, PAYMENTS.replace("payments", "large"),
        "address: https://data.springfield.example/b.csv", "large_because: 2 million rows",
    )  # fmt: skip
    declared(home, "us_il_springfield_off", "address: https://x.example/c.csv", "is_on: false")
    return home


def sources_of(home: Home) -> dict[str, Source]:
    return load_sources([home.root / "sources"])


def test_small_sources_are_taken_and_large_ones_named_with_their_command(city: Home) -> None:
    found = following(city, sources_of(city))
    assert [source.id for source in found.chosen] == ["us_il_springfield_small"]
    (note,) = found.notes
    assert "2 million rows" in note
    assert "`whobuys fetch us_il_springfield_large`" in note


def test_what_a_home_already_has_is_kept_up_however_large(city: Home) -> None:
    text = "contract_number,revision,department,vendor,award_amount,approved,title,address\n"
    add_table(city, "us_il_springfield_large", text + "1,0,Police,Axon,5.00,2026-01-02,x,y\n")
    found = following(city, sources_of(city))
    assert [source.id for source in found.chosen] == [
        "us_il_springfield_large", "us_il_springfield_small",
    ]  # fmt: skip
    assert found.notes == []


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        ("[us_il_springfield_large]", ["us_il_springfield_large"]),
        ("[us_il]", ["us_il_springfield_large", "us_il_springfield_small"]),
        ("[]", []),
    ],
)
def test_a_home_that_lists_what_it_follows_gets_that_alone(
    city: Home, listed: str, chosen: list[str]
) -> None:
    (city.root / "fetch.yml").write_text(f"follow: {listed}\n", "utf-8")
    found = following(city, sources_of(city))
    assert [source.id for source in found.chosen] == chosen
    assert found.notes == []
    assert load_settings(city, sources_of(city)) == {}


@pytest.mark.parametrize(
    ("said", "why"),
    [("follow: us_il\n", "is a list"), ("follow: [us_il_springfeld_small]\n", "us_il_springfield")],
)
def test_a_list_that_means_nothing_is_refused(city: Home, said: str, why: str) -> None:
    (city.root / "fetch.yml").write_text(said, "utf-8")
    with pytest.raises(DeclarationError, match=why):
        following(city, sources_of(city))


def portal_source(home: Home, source_id: str, server: Server, dataset: str) -> None:
    text = DECLARED[PAYMENTS].replace("adapter: table_file", "adapter: socrata")
    text = text.replace("may_be_gone: [year]", "when_column_gone: leave_empty")
    for key in ("voided", "rows_left_out", "purchase_key_else", "no_contract", "contract_key",
                "contracts_in"):  # fmt: skip
        text = "\n".join(line for line in text.splitlines() if not line.startswith(f"{key}:"))
    text += f"\ndomain: {server.url}\ndataset: {dataset}\n"
    (home.root / "sources" / f"{source_id}.yml").write_text(text, "utf-8")


def rows(number: int) -> list[dict[str, str]]:
    said = {"department": "Police", "payee": "Axon Enterprise", "amount": "1.10"}
    return [{"contract_number": f"C{n}", **said} for n in range(number)]


def test_one_portal_fails_and_the_command_says_so_while_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_with(tmp_path / "home")
    monkeypatch.setenv("WHOBUYS_HOME", str(home.root))
    server = Server()
    with server.as_usaspending(monkeypatch):
        portal = Portal(server)
        portal.tables["bbbb-bbbb"] = Table("County", list(COLUMNS), rows(3))
        portal_source(home, "us_il_gone_payments", server, "aaaa-aaaa")
        portal_source(home, "us_il_here_payments", server, "bbbb-bbbb")
        (home.root / "fetch.yml").write_text(
            "follow: [us_il_gone_payments, us_il_here_payments]\n", "utf-8"
        )
        result = CliRunner().invoke(app, ["fetch"])
        assert result.exit_code == 1, result.output
        assert "us_il_here_payments: 1 new file, 3 rows" in result.output
        assert "us_il_gone_payments: nothing new" in result.output
        assert "was refused (404" in " ".join(result.output.split())
        alone = CliRunner().invoke(app, ["fetch", "us_il_gone_payments"])
        assert alone.exit_code == 2
        well = CliRunner().invoke(app, ["fetch", "us_il_here_payments"])
        assert well.exit_code == 0


def test_a_table_that_turns_out_to_be_large_waits_for_somebody_who_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_place, "MANY_ROWS", 2)
    home = home_with(tmp_path / "home")
    server = Server()
    with server.running():
        portal = Portal(server)
        portal.tables["bbbb-bbbb"] = Table("County", list(COLUMNS), rows(3))
        portal_source(home, "us_il_county_payments", server, "bbbb-bbbb")
        source = sources_of(home)["us_il_county_payments"]

        def run(*, is_anything: bool) -> fetch_place.Fetched:
            with Client(source.id, pace=Pace(0.0, 0.0, 0.01, 0.02)) as client:
                job = fetch_place.PlaceJob(
                    home, source, client, lambda _: None, lambda _name, _done, _total: None
                )
                return job.run(Asked(is_anything=is_anything), fetch_place.date(2026, 11, 22))

        left_out = run(is_anything=True)
        assert left_out.files == []
        assert not left_out.is_stale
        (notice,) = left_out.notices
        assert "counts 3 rows" in notice.message
        assert "`whobuys fetch us_il_county_payments`" in notice.message
        assert run(is_anything=False).rows == 3
        # From then on it is kept up.
        portal.tables["bbbb-bbbb"].rows += rows(4)[3:]
        portal.tables["bbbb-bbbb"].updated += 1
        assert run(is_anything=True).rows == 4


def test_refresh_follows_the_same_sources_and_reports_what_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_place, "MANY_ROWS", 2)
    home = home_with(tmp_path / "home")
    server = Server()
    with server.running():
        portal = Portal(server)
        portal.tables["bbbb-bbbb"] = Table("County", list(COLUMNS), rows(3))
        portal.tables["cccc-cccc"] = Table("City", list(COLUMNS), rows(2))
        portal_source(home, "us_il_county_payments", server, "bbbb-bbbb")
        portal_source(home, "us_il_city_payments", server, "cccc-cccc")
        declared(
            home, "us_il_large_payments", "address: https://data.springfield.example/b.csv",
            "large_because: 2 million rows",
        )  # fmt: skip
        told = refreshing.refresh(home, pace=Pace(0.0, 0.0, 0.01, 0.02)).sources
    assert told["us_il_city_payments"].rows == 2
    turned_out, known = told["us_il_county_payments"], told["us_il_large_payments"]
    assert (turned_out.state, turned_out.rows) == ("not fetched", 0)
    assert "counts 3 rows" in str(turned_out.why)
    assert known.state == "not fetched"
    assert "2 million rows" in str(known.why)
