"""The switches that every page with figures has: what counts, and what is left out."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard import data, filters, paging, parts, sentences
from dashboard import format as fmt
from dashboard.data import Build, Measure, Programme, Selection

# A programme is set apart where it is so large that it makes the trend by itself.
APART_FROM = 0.25
NOTHING = "Nothing"
# What every page with figures obeys, by its name in the address.
SWITCHES = ("scope", "leave_out", "staffing", "without")


def counting() -> None:
    """Show what counts: the one switch of the masthead, which every page and link obeys."""
    st.selectbox(
        "Counting",
        filters.SCOPES,
        key="scope",
        bind="query-params",
        on_change=_recount,
        width=238,
        help="Surveillance technology as the Method page defines it; or with the goods beside it: "
        "cargo scanners, building cameras, night vision, polygraphs; or with the purchases that "
        "wait for a person to read them, which are left out otherwise.",
    )


def counted() -> str:
    """Return what counts: as the masthead's switch says, or the address of a page without it."""
    said = st.session_state.get("scope") or st.query_params.get("scope")
    return str(said) if said in filters.SCOPES else filters.STRICT


def _recount() -> None:
    """Go back to the first page of a list when what counts has changed, and let it hold that."""
    paging.first()
    if "status" in st.session_state:
        st.session_state["status"] = list(filters.usual_statuses({"scope": [counted()]}))


def scope(
    build: Build,
    *,
    leaves_out: bool = True,
    on_change: "st.runtime.state.WidgetCallback | None" = None,  # type: ignore[name-defined]
) -> Selection:
    """Show what is left out; return every purchase that counts, by all the switches.

    The links of the page carry the choice to the other pages.
    """
    chosen = counted()
    without: tuple[str, ...] = ()
    names = filters.options(build, "technologies")
    if leaves_out and len(names) > 1:
        left_out = st.selectbox(
            "Leave out a technology",
            [NOTHING, *sorted(names)],
            key="leave_out",
            bind="query-params",
            on_change=on_change,
            width=210,
        )
        without = (names[left_out],) if left_out in names else ()
    selection = Selection(
        statuses=filters.WITH_DOUBTFUL if chosen == filters.DOUBTFUL else filters.COUNTED,
        with_related=chosen == filters.RELATED,
        without_technologies=without,
        without_staffing=_staffing(build, on_change),
        without=programme_left_out(),
    )
    carried = {name: said for name, said in from_address().items() if name == "without"}
    parts.carry({**carried, **kept(build, selection)})
    return selection


def _staffing(build: Build, on_change: object) -> bool:
    """Show the switch that leaves out staffing, where there is any."""
    if not any(c.id == "staffing" for c in data.choices(build, Selection(), "forms")):
        return False
    return st.toggle(
        "Without staffing",
        key="staffing",
        bind="query-params",
        on_change=on_change,  # type: ignore[arg-type]
        help="Analysts, interpreters and other people hired by the hour, where the record says so.",
    )


def kept(build: Build, selection: Selection) -> dict[str, str]:
    """Return the switches as an address has them; defaults are not named."""
    names = filters.words_by_id(build, "technologies")
    said = {}
    if counted() != filters.STRICT:
        said["scope"] = counted()
    if selection.without_technologies:
        said["leave_out"] = names[selection.without_technologies[0]]
    if selection.without_staffing:
        said["staffing"] = "true"
    if selection.without:
        said["without"] = filters.BETWEEN.join(selection.without)
    return said


def from_address() -> dict[str, str]:
    """Return the switches that this page's address names, and what the masthead counts."""
    said = {name: st.query_params[name] for name in SWITCHES if st.query_params.get(name)}
    said.pop("scope", None)
    return said if counted() == filters.STRICT else {**said, "scope": counted()}


def without(programme: Programme | None) -> tuple[str, str, str] | None:
    """Show the switch that leaves out the page's largest programme; return what is left out.

    The address names the programme, so that a link to another page leaves out the same one, and
    still does when a newer build has another largest.
    """
    named = programme_left_out()
    if programme is None or not is_apart(programme):
        return named
    key = key_of(programme)
    is_own = named == key or st.query_params.get("without") == "true"
    st.session_state["without"] = is_own
    chosen = st.toggle(
        "Without the largest programme",
        key="without",
        on_change=_name_programme,
        args=(key,),
        help=fmt.capital(sentences.programme_name(programme)),
    )
    if chosen:
        parts.carry({**parts.carried(), "without": filters.BETWEEN.join(key)})
        return key
    return None if is_own else named


def _name_programme(key: tuple[str, str, str]) -> None:
    """Write into the address what the switch has just been set to."""
    if st.session_state.get("without"):
        st.query_params["without"] = filters.BETWEEN.join(key)
    else:
        st.query_params.pop("without", None)


def not_of_itself(selection: Selection, vendor_id: str) -> Selection:
    """Return the selection without a switch that would leave out the page's own vendor."""
    is_own = selection.without is not None and selection.without[1] == vendor_id
    return replace(selection, without=None) if is_own else selection


def programme_left_out() -> tuple[str, str, str] | None:
    """Return the programme that the address leaves out."""
    return filters.programme(st.query_params.get_all("without"))


def measure(measures: Sequence[Measure]) -> Measure:
    """Show which kind of money to look at, where there is more than one."""
    if len(measures) < 2:  # noqa: PLR2004
        return measures[0] if measures else Measure()
    named = {
        f"{fmt.capital(each.basis)}, {fmt.KIND_WORDS[each.record_kind]}s"
        + ("" if each.currency == "USD" else f", {fmt.units(each.currency)}"): each
        for each in measures
    }
    chosen = st.segmented_control(
        "Kind of money",
        list(named),
        default=next(iter(named)),
        required=True,
        wrap=True,
        key="money",
        bind="query-params",
    )
    return named.get(chosen or "", measures[0])


def key_of(programme: Programme) -> tuple[str, str, str]:
    """Return what names a programme in a selection."""
    return programme.agency_id, programme.vendor_id, programme.technology


def is_apart(programme: Programme) -> bool:
    """Return whether a programme is large enough to be set apart."""
    return programme.share >= APART_FROM


def possible(selection: Selection) -> Selection:
    """Return the doubtful purchases that the selection leaves out."""
    return replace(selection, statuses=() if "possible" in selection.statuses else ("possible",))
