"""Runs killed at any moment: readers see the build before or the one after, and a rerun heals."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest import archive, publish
from ingest.home import Home
from tests.soak.killing import MOMENTS, SIZES, WHENS, Kill, left_over, moments
from tests.soak.scenes import SCENES, Scene
from tests.usaspending.server import Server

pytestmark = pytest.mark.soak

Figures = list[tuple[object, ...]]


# Each scene is one worker's, where tests run side by side.
@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in SCENES],
)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    server = Server()
    with server.running():
        made = SCENES[request.param](tmp_path_factory.mktemp(request.param), server)
        yield made
        made.commands.warm.close()


@pytest.fixture(scope="module")
def before(scene: Scene) -> Figures:
    return figures(scene.older)


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


def told(home: Home) -> Figures:
    """Return what was kept for ever of what changed."""
    kept = [str(path) for path in home.changes.glob("*.parquet")]
    if not kept:
        return []
    return duckdb.execute(
        "select kind, count(*) from read_parquet(?) group by 1 order by 1", [kept]
    ).fetchall()


def inputs(home: Home) -> str:
    """Return what a build of this home reads, as a hash: what counts, and what was staged of it."""
    counting = sorted(folder.name for folder in archive.folders(home))
    staged = sorted(
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in home.staged.rglob("*")
        if path.is_file()
    )
    return hashlib.sha256(repr((counting, staged)).encode()).hexdigest()


@dataclass
class Healing:
    """How a rerun is judged: what readers see in the end, and from which inputs that was built."""

    after: Figures
    told: Figures
    built: set[str] = field(default_factory=set)

    def heals(self, scene: Scene, home: Home) -> None:
        """Run everything again, plainly: exact figures, and no half file anywhere.

        The same inputs give the same figures, so a build from inputs that were built before is
        not made again: most kills while fetching end, after a rerun, in the very same files.
        """
        *before, last = scene.steps
        for step in before:
            scene.commands.run(home, step)
        found = inputs(home)
        if before and found in self.built:
            publish.remove_leftovers(home)
        else:
            scene.commands.run(home, last)
            assert figures(home) == self.after
            assert told(home) == self.told
            self.built.add(found)
        assert list(left_over(home)) == []
        if scene.raw_files:
            assert len(list(home.raw.rglob("receipt.json"))) == scene.raw_files


@pytest.fixture(scope="module")
def healing(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Healing:
    """Return what there is in the end when nothing is killed."""
    home = copy_of(scene, tmp_path_factory.mktemp("after") / "home")
    for step in scene.steps:
        scene.commands.run(home, step)
    found = figures(home)
    purchases = [row for row in found if row[0] != "sub-awards"]
    assert len(purchases) == scene.purchases
    assert sum(Decimal(str(row[1])) for row in purchases) == scene.total
    assert found[-1] == ("sub-awards", Decimal("0.50") * scene.subawards, scene.subawards)
    assert told(home)
    return Healing(found, told(home))


def kill(scene: Scene, home: Home, place: int, kill: Kill | float) -> bool:
    """Run the steps before one of a scene, and kill that one; return whether it died."""
    for step in scene.steps[:place]:
        scene.commands.run(home, step)
    if isinstance(kill, Kill):
        return scene.commands.kill_at(home, scene.steps[place], kill)
    return scene.commands.kill_after(home, scene.steps[place], kill)


def test_killed_at_every_step(
    scene: Scene, before: Figures, healing: Healing, tmp_path: Path
) -> None:
    counted = copy_of(scene, tmp_path / "counted")
    taken = [scene.commands.run(counted, step) for step in scene.steps]
    kills = published = 0
    for place, least in zip(scene.killed, scene.at_least, strict=True):
        assert sum(step.startswith(("rename", "replace", "write")) for step in taken[place]) > least
        for at, step in enumerate(taken[place], start=1):
            for when in WHENS[step.split()[0]]:
                home = copy_of(scene, tmp_path / f"{place}-{at}-{when}")
                print(f"{scene.steps[place][0]}: killed {when} step {at}, {step}")  # noqa: T201
                assert kill(scene, home, place, Kill(at, when))
                seen = figures(home)
                assert seen in (before, healing.after)
                kills += 1
                published += seen == healing.after
                healing.heals(scene, home)
                shutil.rmtree(home.root)
    print(f"{kills} kills")  # noqa: T201
    # Only after the rename of the pointer is the new one there.
    publishes = {scene.steps[place][0] for place in scene.killed} & {"build", "refresh"}
    assert (published > 0) == bool(publishes)


@pytest.mark.parametrize("size", SIZES)
def test_killed_while_a_file_grows(
    scene: Scene, before: Figures, healing: Healing, tmp_path: Path, size: int
) -> None:
    for place in scene.killed:
        home = copy_of(scene, tmp_path / f"home-{place}")
        died = kill(scene, home, place, Kill(bytes=size))
        print(f"{scene.steps[place][0]}: {'killed' if died else 'lived'} at {size:,} bytes")  # noqa: T201
        assert died or size > min(SIZES)
        assert figures(home) in (before, healing.after)
        healing.heals(scene, home)


@pytest.mark.parametrize("seed", range(1, MOMENTS + 1))
def test_killed_at_any_moment(
    scene: Scene, before: Figures, healing: Healing, tmp_path: Path, seed: int
) -> None:
    home = copy_of(scene, tmp_path / "home")
    kill(scene, home, scene.killed[seed % len(scene.killed)], moments(seed, *scene.span))
    assert figures(home) in (before, healing.after)
    healing.heals(scene, home)
