"""A disk that is really full, from every step of a refresh on: nothing is lost, and it says so."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.home import Home
from tests.soak.full_disk import FILLER, small_disk
from tests.soak.killing import left_over
from tests.soak.scenes import Scene, refreshing
from tests.soak.test_kills import copy_of, figures, told
from tests.usaspending.server import Server

# One step of each kind: what is fetched, kept, staged, built, published, told and reported.
KINDS = (
    r"write raw/.*\.page-00002", r"write raw/.*/receipt\.json", r"replace staged/.*\.parquet",
    r"write fetch/", r"replace build/whobuys", r"write published/", r"write changes/",
    r"write reports/\.last",
)  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    server = Server()
    with server.running():
        made = refreshing(tmp_path_factory.mktemp("refreshing"), server)
        yield made
        made.commands.warm.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as is_small:
        if not is_small:
            pytest.skip("a disk can be mounted by root alone")
        yield tmp_path / "disk"


@pytest.fixture(scope="module")
def steps(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    home = copy_of(scene, tmp_path_factory.mktemp("counted") / "home")
    return scene.commands.run(home, scene.steps[0])


def fill_at(scene: Scene, disk: Path, at: int) -> None:
    """Fill the disk at that step: old figures or new, the reason, and a rerun heals."""
    home = copy_of(scene, disk / f"home-{at}")
    before = figures(home)
    code, said = scene.commands.tried(home, scene.steps[0], at)
    is_published = figures(home) != before
    assert (disk / FILLER).stat().st_size > 0
    assert "Traceback" not in said
    # Only removals were left, or what went wrong is told: why, and what can go.
    if code:
        assert code == (1 if is_published else 2), said
        # At its very first step, nothing was done at all.
        assert re.search(
            "Published build" if is_published else "Nothing was (published|done)", said
        )
        # What the failed step leaves behind is taken away, so a little may be free again.
        assert re.search(r"The disk is full: \d+\.\d MB are free|the disk has 0\.0 GB", said), said
        assert str(home.staged) in said
    else:
        assert is_published
    (disk / FILLER).unlink()
    scene.commands.run(home, scene.steps[0])
    found = figures(home)
    assert (len(found) - 1, sum(row[1] for row in found[:-1])) == (scene.purchases, scene.total)  # type: ignore[misc]
    assert [kind for kind, _ in told(home)] == ["amount changed", "corrected by the publisher"]
    assert list(left_over(home)) == []
    _is_reported(home)
    shutil.rmtree(home.root)


def _is_reported(home: Home) -> None:
    """Whatever became of the first run, a report of the new build is there after the second."""
    build_id = json.loads(home.pointer.read_text("utf-8"))["build_id"]
    for name in ("last", build_id):
        report = json.loads((home.root / "reports" / f"{name}.json").read_text("utf-8"))
        assert report["after"]["build_id"] == build_id


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_says_what_can_go_and_loses_nothing(
    scene: Scene, steps: list[str], disk: Path, kind: str
) -> None:
    at = [number for number, step in enumerate(steps, start=1) if re.match(kind, step)]
    assert at, f"{kind}\n{steps}"
    fill_at(scene, disk, at[-1])


@pytest.mark.soak
def test_a_disk_that_is_full_from_any_step_on(scene: Scene, steps: list[str], disk: Path) -> None:
    for at, step in enumerate(steps, start=1):
        print(f"full from step {at} of {len(steps)}: {step}")  # noqa: T201
        fill_at(scene, disk, at)
