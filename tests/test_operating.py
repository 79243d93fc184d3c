"""The operating guide and the recipes of schedulers: every command in them is run."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.home import Home
from tests.conftest import ROOT
from tests.operating import Computer
from tests.refreshing import BOTH, next_week, portals
from tests.usaspending.server import Server

pytestmark = pytest.mark.service

OPERATE = ROOT / "operate"
GUIDE = (ROOT / "docs" / "OPERATING.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
WORKFLOW = yaml.safe_load((OPERATE / "github-refresh.yml").read_text("utf-8"))


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Computer]:
    with Computer(tmp_path).cleared() as computer:
        yield computer


def pointed(home: Path) -> str:
    return str(json.loads((home / "published" / "current.json").read_text("utf-8"))["build_id"])


def test_every_fenced_block_is_one_that_the_test_runs() -> None:
    assert len(re.findall(r"^```", GUIDE, re.MULTILINE)) == 2 * len(BLOCKS) > 0


@pytest.mark.data
def test_the_guide_works_from_top_to_bottom(computer: Computer, server: Server) -> None:
    portal = portals(Home(computer.home), server)
    computer.make_origin()
    built: dict[str, str] = {}
    for block in BLOCKS:
        if block.startswith("tar --extract"):
            # Another computer: nothing is there but the archive.
            built["before"] = pointed(computer.home)
            shutil.rmtree(computer.home)
            computer.home.mkdir()
        if "pull --ff-only" in block:
            news = "git commit --quiet --allow-empty -m news"
            computer.run(news, computer.root / "origin")
        said = computer.run(block)
        if "/etc/whobuys.env" in block and "install -m 640" in block:
            _set(computer)
        if "enable --now" in block:
            assert said.rstrip().endswith("ok")
        if "last.json" in block:
            assert '"exit_code": 0' in said
        if block.startswith("tar --extract"):
            # The same raw files, facts and code: the same build.
            assert pointed(computer.home) == built["before"]
        if "pull --ff-only" in block:
            assert computer.run("git -C /opt/whobuys log -1 --format=%s").strip() == "news"
        if "checkout --quiet" in block:
            assert computer.run("git -C /opt/whobuys log -1 --format=%s").strip() == "first"
    assert portal.tables


def _set(computer: Computer) -> None:
    """Edit the settings as the guide asks: what to keep up."""
    path = computer.root / "etc" / "whobuys.env"
    text, changes = re.subn(
        r"^WHOBUYS_REFRESH=.*$", f'WHOBUYS_REFRESH="{" ".join(BOTH.source_ids)}"',
        path.read_text("utf-8"), flags=re.MULTILINE,
    )  # fmt: skip
    assert changes == 1
    path.write_text(text, "utf-8")


def test_the_line_for_cron_refreshes(computer: Computer, server: Server) -> None:
    portal = portals(Home(computer.home), server)
    computer.code.mkdir(parents=True)
    computer.run("make -C /opt/whobuys install")
    shutil.copy(OPERATE / "whobuys.env", computer.root / "etc")
    env = computer.root / "etc" / "whobuys.env"
    env.write_text(computer.here(env.read_text("utf-8")), "utf-8")
    _set(computer)
    lines = (OPERATE / "whobuys.cron").read_text("utf-8").splitlines()
    (line,) = [line for line in lines if re.match(r"[\d*]", line)]
    minute, hour, *days, user, command = line.split(maxsplit=6)
    assert (int(minute) < 60, int(hour) < 24, days, user) == (True, True, ["*"] * 3, "whobuys")
    # Cron runs a line with sh, and takes % for the end of it.
    assert "%" not in command
    computer.run(f"sh -c '{command}'")
    assert pointed(computer.home)
    assert portal.tables


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_units(computer: Computer) -> None:
    computer.code.mkdir(parents=True)
    computer.run("make -C /opt/whobuys install")
    units = []
    for path in sorted(OPERATE.glob("whobuys*.*")):
        if path.suffix in (".service", ".timer"):
            unit = computer.units / path.name
            text = computer.here(path.read_text("utf-8"))
            # Users are not made here.
            unit.write_text(text.replace("User=whobuys", "User=root"), "utf-8")
            units.append(unit)
    assert len(units) == 3
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    complaints = [line for line in ended.stderr.splitlines() if "whobuys" in line]
    assert (ended.returncode, complaints) == (0, []), ended.stderr


def test_the_workflow_keeps_everything_between_runs(computer: Computer, server: Server) -> None:
    (computer.root / "seed").mkdir()
    portal = portals(Home(computer.root / "seed"), server)
    # Declarations of one's own are in what is kept, as after a first run by hand.
    for number in range(1, 5):
        folder = computer.root / f"run{number}"
        folder.mkdir()
        if number == 1:
            shutil.copytree(computer.root / "seed", folder / "home")
        if number == 2:
            next_week(portal)
        _run_workflow(computer, folder, number)
        assert (folder / "home" / "raw").is_dir()
    released = computer.releases / "whobuys-data"
    names = sorted(path.name for path in released.glob("data-*.done"))
    assert names == ["data-2.done", "data-3.done", "data-4.done"]
    first, last = (computer.root / f"run{number}" / "home" for number in (1, 4))
    kept = {path.relative_to(first) for path in first.glob("raw/*/*/receipt.json")}
    # The first run's files are all there, and those of the week after.
    assert kept < {path.relative_to(last) for path in last.glob("raw/*/*/receipt.json")}
    assert (released / "whobuys.duckdb").is_file()
    # The last run found the database of the one before, and nothing that was due.
    report = json.loads((released / "report.json").read_text("utf-8"))
    assert report["is_new"] is False
    assert report["before"]["purchases"] == 22


def _a_week_passes(home: Path) -> None:
    for path in (home / "fetch").glob("*.json"):
        memory = json.loads(path.read_text("utf-8"))
        before = datetime.fromisoformat(memory["last_good"]) - timedelta(days=8)
        path.write_text(json.dumps({**memory, "last_good": before.isoformat()}), "utf-8")


def _run_workflow(computer: Computer, folder: Path, number: int) -> None:
    (job,) = WORKFLOW["jobs"].values()
    outputs: dict[str, str] = {}
    for step in job["steps"]:
        if "run" not in step:
            assert step["uses"].startswith("actions/")
            continue
        if number == 2 and step["name"] == "Refresh":
            _a_week_passes(folder / "home")
        output = folder / "output"
        output.unlink(missing_ok=True)
        command = step["run"].replace("${{ steps.refresh.outputs.code }}", outputs.get("code", ""))
        assert "${{" not in command
        computer.run(
            command, folder,
            **_settings(folder), GITHUB_OUTPUT=str(output), GITHUB_RUN_NUMBER=str(number),
        )  # fmt: skip
        if output.exists():
            outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert outputs == {"code": "0"}


def _settings(folder: Path) -> dict[str, str]:
    known: dict[str, Any] = {
        "WHOBUYS_HOME": str(folder / "home"),
        "WHOBUYS_REFRESH": " ".join(BOTH.source_ids),
        "WHOBUYS_WEBHOOK": "",
        "GH_TOKEN": "none",
    }
    assert set(known) == set(WORKFLOW["env"])
    return known


def test_the_proxy_leads_to_where_the_dashboard_listens() -> None:
    unit = (OPERATE / "whobuys.service").read_text("utf-8")
    found = re.search(r"--address (\S+) --port (\d+)", unit)
    assert found
    proxy = (OPERATE / "nginx.conf").read_text("utf-8")
    assert f"proxy_pass http://{found[1]}:{found[2]};" in proxy
    assert "proxy_set_header Upgrade $http_upgrade;" in proxy
    assert proxy.count("{") == proxy.count("}")


def test_every_setting_that_a_recipe_names_is_one_that_the_code_reads() -> None:
    code = "\n".join(
        path.read_text("utf-8")
        for folder in (ROOT / "ingest", ROOT / "dashboard")
        for path in folder.rglob("*.py")
    )
    for path in [*OPERATE.iterdir(), ROOT / "docs" / "OPERATING.md"]:
        for name in re.findall(r"\bWHOBUYS_\w+", path.read_text("utf-8")):
            assert name in code, f"{path.name}: {name}"
