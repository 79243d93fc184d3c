"""Runs killed at any moment: readers see the build before or the one after, and a rerun heals."""

import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from tests.soak.killing import MOMENTS, left_over, moments
from tests.soak.scenes import SCENES, Scene
from tests.usaspending.server import Server

pytestmark = pytest.mark.soak

Figures = list[tuple[object, ...]]


@pytest.fixture(scope="module", params=SCENES)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    server = Server()
    with server.running():
        yield SCENES[request.param](tmp_path_factory.mktemp(request.param), server)


@pytest.fixture(scope="module")
def before(scene: Scene) -> Figures:
    return figures(scene.older)


@pytest.fixture(scope="module")
def after(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Return what readers see when nothing is killed."""
    home = copy_of(scene, tmp_path_factory.mktemp("after") / "home")
    for step in scene.steps:
        scene.commands.run(home, step)
    found = figures(home)
    purchases = [row for row in found if row[0] != "sub-awards"]
    assert len(purchases) == scene.purchases
    assert sum(Decimal(str(row[1])) for row in purchases) == scene.total
    assert found[-1] == ("sub-awards", Decimal("0.50") * scene.subawards, scene.subawards)
    return found


def copy_of(scene: Scene, root: Path) -> Home:
    home = Home(root)
    shutil.copytree(scene.older.root, home.root)
    return home


def figures(home: Home) -> Figures:
    """Return what a reader sees, and check that it hangs together."""
    database = home.published_database()
    assert database, "nothing is published"
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("select build_id from meta.build").fetchone() == (
            json.loads(home.pointer.read_text("utf-8"))["build_id"],
        )
        return connection.execute(
            "select purchase_id, amount_usd, transactions from mart.purchase"
            " union all select 'sub-awards', coalesce(sum(amount_usd), 0), count(*)"
            " from mart.subaward order by 1 desc"
        ).fetchall()


def heals(scene: Scene, home: Home, after: Figures) -> None:
    """Run everything again, plainly: exact figures, and no half file anywhere."""
    for step in scene.steps:
        scene.commands.run(home, step)
    assert figures(home) == after
    assert list(left_over(home)) == []
    if scene.raw_files:
        assert len(list(home.raw.rglob("receipt.json"))) == scene.raw_files


def test_killed_at_every_step(
    scene: Scene, before: Figures, after: Figures, tmp_path: Path
) -> None:
    counted = copy_of(scene, tmp_path / "counted")
    counts = [scene.commands.run(counted, step) for step in scene.steps]
    published = 0
    for place, least in zip(scene.killed, scene.at_least, strict=True):
        assert counts[place] >= least
        for at in range(1, counts[place] + 1):
            for when in ("before", "within", "after"):
                home = copy_of(scene, tmp_path / f"{place}-{at}-{when}")
                for step in scene.steps[:place]:
                    scene.commands.run(home, step)
                # Only a write has an inside.
                if scene.commands.kill_at(home, scene.steps[place], at, when):
                    print(f"{scene.steps[place][0]}: killed {when} step {at} of {counts[place]}")  # noqa: T201
                    seen = figures(home)
                    assert seen in (before, after)
                    published += seen == after
                    heals(scene, home, after)
                else:
                    assert when == "within"
                shutil.rmtree(home.root)
    # Only after the rename of the pointer is the new one there.
    publishes = {scene.steps[place][0] for place in scene.killed} & {"build", "refresh"}
    assert (published > 0) == bool(publishes)


@pytest.mark.parametrize("seed", range(1, MOMENTS + 1))
def test_killed_at_any_moment(
    scene: Scene, before: Figures, after: Figures, tmp_path: Path, seed: int
) -> None:
    home = copy_of(scene, tmp_path / "home")
    place = scene.killed[seed % len(scene.killed)]
    for step in scene.steps[:place]:
        scene.commands.run(home, step)
    scene.commands.kill_after(home, scene.steps[place], moments(seed, *scene.span))
    assert figures(home) in (before, after)
    heals(scene, home, after)
