"""Reading `data/reference/*.csv`, ours and a newsroom's, against their models.

An unknown column, an empty cell that must not be empty, a value outside its list or a name that
no list knows is a problem that says file, line and the nearest thing known; nothing is guessed.
"""

import csv
import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import ValidationError

from ingest.errors import WhobuysError
from ingest.phrase import PhraseError, phrases
from ingest.reference import MODELS, Row

SHOWN = 20
Rows = dict[type[Row], list[Row]]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in reference data: where, and what to do."""

    file: str
    line: int
    reason: str
    nearest: str = ""

    def __str__(self) -> str:
        hint = f" Did you mean `{self.nearest}`?" if self.nearest else ""
        return f"{self.file}, line {self.line}: {self.reason}{hint}"


class InvalidReferenceError(WhobuysError):
    """Reference data that cannot be used; holds every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        shown = "\n".join(str(problem) for problem in problems[:SHOWN])
        more = f"\n... and {len(problems) - SHOWN} more." if len(problems) > SHOWN else ""
        super().__init__(f"{shown}{more}")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like the given one, or '' when none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def _columns(model: type[Row]) -> list[str]:
    return [name for name in model.model_fields if name not in ("file", "line")]


def _allowed(model: type[Row], column: str) -> tuple[str, ...]:
    field = model.model_fields.get(column)
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return tuple(str(value) for value in get_args(field.annotation))


def _why(model: type[Row], error: ValidationError, row: Mapping[str, str]) -> tuple[str, str]:
    """Return the first fault of a row as a sentence, and the nearest known value."""
    fault = error.errors()[0]
    column = str(fault["loc"][0]) if fault["loc"] else ""
    allowed = _allowed(model, column)
    if allowed:
        value = row.get(column, "")
        return f"`{column}` is `{value}`; it must be one of {', '.join(allowed)}.", nearest(
            value, allowed
        )
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return (f"`{column}`: {reason}." if column else f"{reason}."), ""


def read_rows(model: type[Row], path: Path) -> tuple[list[Row], list[Problem]]:
    """Read one file of reference data; return its rows and everything wrong with it."""
    rows: list[Row] = []
    problems: list[Problem] = []
    columns = _columns(model)
    try:
        stream = path.open(encoding="utf-8-sig", newline="")
        with stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            problems += [
                Problem(path.name, 1, f"unknown column `{name}`.", nearest(name, columns))
                for name in header
                if name not in columns
            ]
            problems += [
                Problem(path.name, 1, f"the column `{name}` is missing.")
                for name in columns
                if name not in header
            ]
            if problems:
                return [], problems
            line = reader.line_num
            for cells in reader:
                first, line = line + 1, reader.line_num
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    problems.append(
                        Problem(
                            path.name,
                            first,
                            f"{len(cells)} cells where the header has {len(header)}: "
                            "a comma inside a cell needs quotation marks.",
                        )
                    )
                    continue
                row = dict(zip(header, cells, strict=True))
                try:
                    rows.append(model.model_validate({"file": path.name, "line": first, **row}))
                except ValidationError as error:
                    reason, near = _why(model, error, row)
                    problems.append(Problem(path.name, first, reason, near))
    except UnicodeDecodeError as error:
        problems.append(
            Problem(path.name, 1, f"is not UTF-8 (byte {error.start}): save it as CSV UTF-8.")
        )
    except (OSError, csv.Error, PhraseError) as error:
        problems.append(Problem(path.name, 1, f"cannot be read: {error}."))
    return rows, problems


def read_folders(
    folders: Iterable[Path], models: tuple[type[Row], ...] = MODELS
) -> tuple[Rows, list[Problem]]:
    """Read the files of every folder, ours first; a newsroom's lines join ours.

    The same key twice is a problem unless the two lines say the same.
    """
    folders = list(folders)
    rows: Rows = {model: [] for model in models}
    problems: list[Problem] = []
    for model in models:
        seen: dict[str, Row] = {}
        for folder in folders:
            path = folder / model.FILE
            if not path.exists():
                continue
            found, faults = read_rows(model, path)
            problems += faults
            for row in found:
                before = seen.get(row.key.casefold())
                if before is None:
                    seen[row.key.casefold()] = row
                    rows[model].append(row)
                elif _facts(before) != _facts(row):
                    problems.append(
                        Problem(
                            row.file,
                            row.line,
                            f"`{row.key}` is there already (line {before.line} of {before.file}).",
                        )
                    )
    return rows, problems


def _facts(row: Row) -> dict[str, object]:
    return row.model_dump(exclude={"file", "line"})


def unknown_names(
    rows: Rows, known: Mapping[str, Collection[str]], *, named_by: Collection[tuple[type[Row], str]]
) -> Iterator[Problem]:
    """Yield a problem for every cell of the columns `known` that names what its list lacks.

    `named_by` are the columns that give things their names, and so cannot be wrong.
    """
    for model, found in rows.items():
        columns = [
            column
            for column in known
            if column in model.model_fields and (model, column) not in named_by
        ]
        for row in found:
            for column in columns:
                for value in phrases(getattr(row, column)):
                    if value not in known[column]:
                        yield Problem(
                            row.file,
                            row.line,
                            f"`{column}` names `{value}`, which no list knows.",
                            nearest(value, known[column]),
                        )
