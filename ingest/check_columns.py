"""Asking a portal for its columns, and switching a declaration on when all are there.

`whobuys check --columns SOURCE`. The declaration is edited line by line, so that the comments in
it stay where they are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ingest.adapters.portal import Column, PagedWay, Part
from ingest.errors import SourceError, WhobuysError
from ingest.files import write_whole
from ingest.home import Home
from ingest.http import Client
from ingest.offered import difference, likely
from ingest.portal_address import find
from ingest.source import Source, find_source, load_source, load_sources, names
from ingest.ways import dataset_of, way_of

ALL_OFF = "all-off"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Looked:
    """What a portal said of one source, in a sentence, and whether it is switched on now."""

    source_id: str
    is_confirmed: bool
    sentence: str
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


def check_columns(
    home: Home, wanted: list[str], today: date, *, say: Say = lambda _: None
) -> list[Looked]:
    """Ask for the columns of these sources, or of all that are switched off, one by one."""
    sources = load_sources(home.source_folders)
    chosen = [find_source(sources, source_id) for source_id in wanted if source_id != ALL_OFF]
    if ALL_OFF in wanted:
        chosen += [source for source in sources.values() if not source.is_on]
    looked = []
    for source in chosen:
        if not source.is_of_a_place or not (source.domain or source.address):
            raise WhobuysError(
                f"{source.id} has no portal that could be asked for its columns: compare them by "
                f"hand, and say so under `verified` in {source.path.name}."
            )
        with Client(
            source.id,
            say=say,
            between=source.ask.seconds_between_requests,
            when_refused=source.ask.seconds_when_refused,
        ) as client:
            looked.append(_look(source, client, today))
    return looked


def _look(source: Source, client: Client, today: date) -> Looked:
    try:
        offered = _offered(source, client, today)
    except SourceError as error:
        return Looked(source.id, is_confirmed=False, sentence=str(error))
    new: list[str] = []
    for part, columns in offered:
        found = difference(source, columns)
        new = found.new
        if found.gone:
            of = f" of {part.title}" if len(offered) > 1 else ""
            said = (
                f"{source.id}: {names(found.gone)} {'is' if len(found.gone) == 1 else 'are'} not "
                f"among the columns{of}{likely(found)}. Change `columns` in {source.path.name}, or "
                f"add other names under `also_called`."
            )
            return Looked(source.id, is_confirmed=False, sentence=said, gone=found.gone, new=new)
    newest = offered[-1][0].facts.get("updated")
    _switch_on(source, today, newest)
    extra = f" New there: {names(new)}." if new else ""
    done = "was on already" if source.is_on else "is switched on"
    return Looked(
        source.id,
        is_confirmed=True,
        sentence=f"{source.id}: all {len(source.columns)} columns are there, and it {done}.{extra}",
        new=new,
    )


def _offered(source: Source, client: Client, today: date) -> list[tuple[Part, tuple[Column, ...]]]:
    """Return each part with its columns; those of a file stand in its first lines."""
    way, dataset = way_of(source), dataset_of(source, today)
    found = []
    for part in way.describe(client, dataset):
        if part.address:
            try:
                found.append((part, find(part.address, client).columns))
            except WhobuysError as error:
                raise SourceError(f"{source.id}: {error}") from error
            continue
        if isinstance(way, PagedWay) and source.adapter == "ocds":
            # The columns are made by us: what has to be seen is that the publisher answers.
            way.page(client, way.first(dataset, part, None, datetime.now(UTC)))
        found.append((part, part.columns))
    return found


def _switch_on(source: Source, today: date, updated: str | None) -> None:
    """Write that the columns were seen today; put everything back if that reads as no source."""
    before = source.path.read_bytes()
    changed = f"; its rows last changed on {updated}" if updated else ""
    how = f"all columns were on the portal, asked by `whobuys check --columns`{changed}"
    text = switched_on(before.decode(), how, today)
    write_whole(source.path, text.encode())
    try:
        load_source(source.path)
    except WhobuysError:
        write_whole(source.path, before)
        raise


def switched_on(text: str, how: str, when: date) -> str:
    """Return the text of a declaration that is on and was verified so, with all its comments."""
    lines = text.splitlines()
    kept: list[str] = []
    in_verified = False
    for line in lines:
        if in_verified and not re.match(r"\s|#|$", line):
            in_verified = False
        if re.match(r"is_on:", line):
            kept.append(_with_comment("is_on: true", line))
            continue
        if re.match(r"verified:", line):
            in_verified = True
            continue
        if in_verified and not line.lstrip().startswith("#"):
            continue
        kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    quoted = how.replace("'", "''")
    kept += ["verified:", f"  how: '{quoted}'", f"  when: {when.isoformat()}"]
    return "\n".join(kept) + "\n"


def _with_comment(new: str, old: str) -> str:
    comment = re.search(r"\s+#.*$", old)
    return new + (comment.group(0) if comment else "")
