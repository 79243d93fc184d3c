"""All real records on a clean machine: what is precious is enough for the same exported bytes."""

import shutil
from pathlib import Path

import duckdb
import pytest

from ingest.build import build
from ingest.home import Home
from tests.conftest import Whobuys
from tests.test_clean_machine import PRECIOUS, checksums
from tests.verify.whole import load_everything

pytestmark = [pytest.mark.verify, pytest.mark.data]

# A newsroom's own decision and alias, made after the first publication.
OWN = {
    "decisions.csv": "purchase_id,decision,scope,technology,maker,reason,decided_by,decided_date,"
    "guard_vendor,guard_description\n"
    "{purchase},reject,,,,read the contract,A. Editor,2026-11-20,,\n",
    "vendor_aliases.csv": "alias,vendor_id,kind,ambiguous,source,confidence\n"
    "Clear View A I Incorporated,clearview_ai,name,no,an invoice,high\n",
}


def test_a_clean_machine_exports_the_same_bytes_of_all_real_records(
    shared: Path, tmp_path: Path, whobuys: Whobuys
) -> None:
    ours, clean = Home(tmp_path / "ours"), Home(tmp_path / "another place" / "clean")
    with duckdb.connect(str(load_everything(ours, shared / "real")), read_only=True) as con:
        (purchase,) = con.execute(
            "select min(purchase_id) from mart.purchase where vendor_id = 'clearview_ai'"
        ).fetchall()
    (ours.root / "reference").mkdir()
    for name, text in OWN.items():
        path = ours.root / "reference" / name
        path.write_text(text.format(purchase=purchase[0]), "utf-8")
    built = build(ours)
    assert built.is_new
    # Two builds, and what changed between them.
    assert len(list((ours.root / "changes").glob("*.parquet"))) > 0
    clean.root.mkdir(parents=True)
    for name in PRECIOUS:
        if (ours.root / name).is_dir():
            shutil.copytree(ours.root / name, clean.root / name)
    assert build(clean).build_id == built.build_id
    found = []
    for home in (ours, clean):
        out = home.root / "out"
        ended = whobuys("export", out, WHOBUYS_HOME=str(home.root))
        assert ended.returncode == 0, ended.stderr
        sums = checksums(out)
        # The same rows, laid out in another order each time.
        del sums["whobuys.duckdb"], sums["whobuys.duckdb.sha256"]
        found.append(sums)
    assert len(found[0]) > 70
    assert [name for name in found[0] if found[0][name] != found[1].get(name)] == []
    assert found[0].keys() == found[1].keys()
