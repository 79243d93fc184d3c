"""The benchmark's invented files look like official ones, and their keys hold together."""

import sys
from pathlib import Path

import duckdb
import pytest

from dashboard import data
from tests.conftest import ROOT
from tests.published import publish, sample_rows

sys.path.insert(0, str(ROOT / "benchmarks"))

import questions
from generate import columns, expressions, generate

ROWS = 3000
pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = generate(tmp_path_factory.mktemp("generated"), ROWS)
    return path


def test_all_297_columns_have_a_value_somewhere(file: Path) -> None:
    assert len(columns()) == 297
    assert set(expressions()) == set(columns())
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select * from read_csv(?, all_varchar = true)", [str(file)]
        ).fetchall()
        names = [row[0] for row in connection.execute("describe t").fetchall()]
        assert names == columns()
        counts = connection.execute("select count(*), count(columns(*)) from t").fetchone()
    assert counts is not None
    assert counts[0] == ROWS
    assert [name for name, filled in zip(names, counts[1:], strict=True) if not filled] == []


def test_keys_are_unique_and_built_as_the_archive_builds_them(file: Path) -> None:
    with duckdb.connect() as connection:
        (wrong,) = connection.execute(
            """
            select count(*) from read_csv(?, all_varchar = true)
            where contract_award_unique_key <> case award_or_idv_flag
                when 'IDV' then concat_ws('_', 'CONT_IDV', award_id_piid, awarding_sub_agency_code)
                else concat_ws('_', 'CONT_AWD', award_id_piid, awarding_sub_agency_code,
                    coalesce(parent_award_id_piid, '-NONE-'),
                    coalesce(parent_award_agency_id, '-NONE-')) end
            """,
            [str(file)],
        ).fetchone() or (None,)
        keys = connection.execute(
            "select count(distinct contract_transaction_unique_key),"
            " count(distinct contract_award_unique_key)"
            " from read_csv(?, all_varchar = true)",
            [str(file)],
        ).fetchone()
    assert wrong == 0
    assert keys is not None
    assert keys[0] == ROWS
    assert 2.0 < ROWS / keys[1] < 2.5


def test_equal_seeds_give_equal_bytes_and_members_join_up(file: Path, tmp_path: Path) -> None:
    members = generate(tmp_path, ROWS, rows_per_file=1000)
    assert [path.name[-6:] for path in members] == ["_1.csv", "_2.csv", "_3.csv"]
    head = file.read_bytes().split(b"\n", 1)[0] + b"\n"
    joined = head + b"".join(path.read_bytes().removeprefix(head) for path in members)
    assert joined == file.read_bytes()


def test_a_file_that_is_there_is_not_written_over(file: Path) -> None:
    with pytest.raises(FileExistsError):
        generate(file.parent, ROWS)


def test_every_question_of_the_data_layer_is_asked_with_something(home: Path) -> None:
    publish(home, sample_rows())
    build = data.current()
    known = questions.values(build)
    asked = {}
    for name, function, needed in questions.questions():
        asked[name] = list(questions.combinations(needed, known))
        for arguments in asked[name]:
            function(build, *arguments)
    assert [name for name, combinations in asked.items() if not combinations] == []
    assert {"changes_since", "purchases", "standing_list", "grants_by"} <= set(asked)
