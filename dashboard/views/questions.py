"""Questions: the standing lists, in which use, law and money stand side by side."""

from dashboard import blocks, data, foot, use_law, widgets
from dashboard import format as fmt
from dashboard.data import Build
from dashboard.parts import Break, Link, Muted, Part, address

_SHOWN, _FOLDED = 25, 200
# All of a list, so that its number is right: a page shows the first of them.
_MOST = 100_000


def show(build: Build) -> None:
    """Show each list with what it asks, what was searched and until when, and its entries."""
    widgets.breadcrumb(Link("Use", "use"), "Questions")
    widgets.title("Questions that use, law and money raise")
    held = {row["list"]: row for row in data.standing_lists(build)}
    in_all = sum(row["entries"] for row in held.values())
    said = (
        f"{fmt.capital(fmt.count(in_all, 'question'))} in {fmt.count(len(use_law.LISTS), 'list')}: "
        "places in our records where what was bought, what was reported and what the law says do "
        "not fit together yet."
    )
    widgets.answer(said)
    widgets.small_print(
        "Each row is a question with an innocent explanation beside it, never a verdict. What was "
        "not found was not found in the named sources, on the named days, and nowhere else."
    )
    words = use_law.search()
    for name, (title, under) in use_law.LISTS.items():
        rows = _asked(data.standing_list(build, name, most=_MOST), words)
        widgets.heading(
            f"{title}: {fmt.count(len(rows), 'entry', 'entries')}", under, use_law.anchor(name)
        )
        widgets.small_print(_searched(build, name))
        if rows:
            use_law.questions(rows[:_SHOWN], title)
        others = rows[_SHOWN : _SHOWN + _FOLDED]
        if others:
            use_law.questions(others, title, folded=f"The next {len(others):,} entries")
        if len(rows) > _SHOWN + _FOLDED:
            widgets.text(
                f"{len(rows) - _SHOWN - _FOLDED:,} more are in the download; a name in the box "
                "above shows those of one agency or place."
            )
        if rows:
            widgets.downloads(
                Link(
                    "Download the list as CSV",
                    address("export/questions.csv", list=name, build=build.build_id),
                    is_download=True,
                    label=f"Download the list as CSV: {title}",
                )
            )
    source = "our lists of use, law and purchases; each row names what was searched"
    foot.records(build, f"{said} {use_law.QUESTION}", foot.here("questions"), (), source)
    blocks.footer(build)


def _asked(rows: data.Rows, words: str) -> data.Rows:
    """Return the rows that have all the words."""
    asked = words.lower().split()
    return tuple(
        row
        for row in rows
        if all(
            word in f"{row['question']} {row['place_name']} {row['agency_name']}".lower()
            for word in asked
        )
    )


def _searched(build: Build, name: str) -> list[Part]:
    """Return what a list was made from, and until when that was searched."""
    row = next((row for row in data.standing_lists(build) if row["list"] == name), None)
    if name == "purchase during restriction":
        read = data.laws_read(build)
        parts: list[Part] = [
            (
                f"Of {fmt.count(read['laws'], 'law')} in our register that forbid buying or using, "
                f"{_read(read['read'])} been read "
                "by a person at the primary source, text and dates. Only such a law is listed."
            )
        ]
        if not read["read"]:
            parts += [
                (
                    " So it is empty, which says nothing about any purchase. Which laws of our "
                    "register reach a purchase stands on the purchase's page. "
                ),
                Link("Purchases", address("explore")),
            ]
        return parts
    if row is None:
        return ["No entry in this build."]
    parts = [
        (
            f"{fmt.capital(fmt.count(row['searched'], 'entry', 'entries'))} "
            f"{'lies' if row['searched'] == 1 else 'lie'} within what was searched in whole."
        )
    ]
    if row["searched_until_date"]:
        parts.append(f" Searched until {fmt.day(row['searched_until_date'])}.")
    return [*parts, Break(), Muted("Each row names its sources.")]


def _read(number: int) -> str:
    return "none has" if number == 0 else "one has" if number == 1 else f"{number:,} have"
