"""Everything a person can edit, checked at once: the answer of `whobuys check`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ingest.acting import check_acting
from ingest.agencies import load_names
from ingest.agency_match import Matcher
from ingest.corrections import load_corrections, load_disputes
from ingest.decisions import Decision, check_technologies, load_decisions
from ingest.errors import WhobuysError
from ingest.examples import check_reference
from ingest.home import Home
from ingest.knowledge import Knowledge, load_knowledge
from ingest.places import check_lists
from ingest.source import load_sources
from ingest.use_law import check_use_law
from ingest.use_reports import load_meanings

T = TypeVar("T")


@dataclass(frozen=True)
class Checked:
    """What was checked, and each problem as a sentence with file and line."""

    sources: int
    rules: int
    vendors: int
    decisions: int
    problems: list[str]


def check(home: Home) -> Checked:
    """Check every declaration, reference list, rule, example and decision."""
    problems: list[str] = []
    folders = home.reference_folders

    sources = _tried(problems, lambda: load_sources(home.source_folders)) or {}
    _tried(problems, lambda: check_lists(folders))
    _tried(problems, lambda: load_names(folders))
    problems += [str(problem) for problem in check_reference(folders)]
    problems += [str(problem) for problem in check_use_law(folders)]
    problems += _tried(problems, lambda: [str(each) for each in check_acting(folders)]) or []
    knowledge: Knowledge | None = (
        None if problems else _tried(problems, lambda: load_knowledge(folders))
    )
    if knowledge:
        found = knowledge
        _tried(problems, lambda: load_meanings(folders, found))
        _tried(problems, lambda: Matcher(load_names(folders), folders))
    decisions: dict[str, Decision] = _tried(problems, lambda: load_decisions(folders)) or {}
    _tried(problems, lambda: load_corrections(folders))
    _tried(problems, lambda: load_disputes(folders))
    if knowledge:
        technologies = {t.technology for t in knowledge.technologies}
        _tried(problems, lambda: check_technologies(decisions, technologies))
    return Checked(
        sources=len(sources),
        rules=len(knowledge.rules) if knowledge else 0,
        vendors=len(knowledge.vendors) if knowledge else 0,
        decisions=len(decisions),
        problems=problems,
    )


def _tried(problems: list[str], what: Callable[[], T]) -> T | None:
    """Return what a step returns, or add what is wrong with it to the problems."""
    try:
        return what()
    except WhobuysError as error:
        problems.extend(str(error).splitlines())
        return None
