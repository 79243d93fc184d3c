"""Sources: what was searched, how fresh it is, what it does not cover, and faults found in it."""

from dashboard import blocks, data, provenance, sentences, widgets
from dashboard.data import Build
from dashboard.parts import Link


def show(build: Build) -> None:
    """Show every source, its files and its faults."""
    sources = data.sources(build)
    coverage, passed = data.coverage(build), data.let_pass(build)

    widgets.title("Sources")
    widgets.answer(provenance.freshness(sources, blocks.as_of(build)))
    widgets.coverage(sentences.covered(coverage, sources), sentences.not_searched(coverage))
    for source in sources:
        widgets.heading(str(source["title"]), str(source["publisher"] or ""), source["source_id"])
        if source["stale_because"]:
            widgets.notice(provenance.stale(source))
        widgets.facts(provenance.facts(source) + provenance.let_pass(source, passed))

    widgets.heading(
        "Agencies searched",
        "Not found is said only where a complete source covers the agency and the period.",
        "agencies",
    )
    provenance.coverage_table(coverage)

    waiting = provenance.not_loaded(data.declared_sources(build))
    if waiting:
        widgets.heading("Known, and not loaded here", anchor="waiting")
        widgets.bullets(waiting)

    widgets.heading("Files", "The bytes as they were served, kept and never edited.", "files")
    provenance.files_table(data.files(build))

    widgets.heading(
        "Issues found in the data",
        "Values that could not be taken as they stand. Nothing was guessed, and nothing set to "
        "zero.",
        "issues",
    )
    provenance.issues_table(data.issue_kinds(build))
    widgets.downloads(
        Link("Every issue, with filters", "issues"),
        Link("What every column means", "dictionary"),
    )
    blocks.footer(build)
