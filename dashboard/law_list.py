"""Laws as a list that is read on a screen and printed whole: folded by state, found by words."""

from datetime import date

from dashboard import data, use_law, widgets, writing
from dashboard import format as fmt
from dashboard.data import Build, Row, Rows

# So few are shown open: folding them would only hide them.
_FEW = 12
_ELSEWHERE = "Other countries and many places"


def having(rows: Rows, words: str) -> Rows:
    """Return the laws that have all the words in their name, place, kind or summary."""
    asked = words.casefold().split()
    return tuple(row for row in rows if all(word in _text(row) for word in asked))


def _text(row: Row) -> str:
    told = (row[name] for name in ("law_name", "place_name", "kind", "summary", "agency_name"))
    return " ".join(str(each) for each in told if each).casefold()


def show(build: Build, rows: Rows, day: date) -> None:
    """Show laws by how they stand on a day, those of a state folded under its name."""
    for judgement, (title, under) in use_law.JUDGEMENTS.items():
        here = tuple(row for row in rows if row["judgement"] == judgement)
        if not here:
            continue
        widgets.heading(f"{title}: {len(here):,}", under, judgement.replace(" ", "-"))
        caption = f"{title} on {fmt.day(day)}"
        if len(rows) <= _FEW:
            use_law.laws(here, caption)
            continue
        with writing.together():
            for state, laws in _by_state(build, here):
                restrictions = sum(row["is_restriction"] for row in laws)
                words = f"{state}: {fmt.count(len(laws), 'law or ruling', 'laws and rulings')}"
                if restrictions:
                    words += f", {restrictions:,} of them a ban, moratorium or restriction"
                use_law.laws(laws, f"{caption}, {state}", folded=words)


def _by_state(build: Build, rows: Rows) -> list[tuple[str, Rows]]:
    """Return the laws of each state: the nation first, other countries last, by name between."""
    states: dict[str, list[Row]] = {}
    for row in rows:
        states.setdefault(_state_of(row), []).append(row)

    def order(key: str) -> tuple[int, str]:
        return (0 if key == "us" else 2 if not key else 1, _name(build, key))

    return [(_name(build, key), tuple(states[key])) for key in sorted(states, key=order)]


def _state_of(row: Row) -> str:
    """Return the id of the state in which a law's place lies; none outside the United States."""
    parts = str(row["place_id"] or "").split("_")
    return "_".join(parts[:2]) if parts[0] == "us" else ""


def _name(build: Build, key: str) -> str:
    place = data.place(build, key) if key else None
    return str(place["place_name"]) if place else key or _ELSEWHERE
