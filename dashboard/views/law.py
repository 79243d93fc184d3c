"""Law: which laws and rulings stand on a day that the reader chooses."""

import streamlit as st

from dashboard import blocks, data, foot, law_list, law_map, us_map, use_law, widgets
from dashboard import format as fmt
from dashboard.data import Build

ANY = "Any"


def show(build: Build) -> None:
    """Show the laws of our register by how they stand on the chosen day."""
    widgets.title("Which laws stand on a day")
    answer_here = st.container()
    names = {str(row["technology_name"]): row["technology"] for row in data.technologies(build)}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        day = st.date_input(
            "On this day",
            value=data.about(build)["as_of"],
            min_value="2000-01-01",
            max_value=data.about(build)["as_of"],
            format="YYYY-MM-DD",
            key="day",
            bind="query-params",
        )
        named = st.selectbox("Technology", [ANY, *names], key="technology", bind="query-params")
        words = use_law.search()
    rows = law_list.having(data.laws(build, day, names.get(named or "")), words)
    in_force = [row for row in rows if row["judgement"] == "in force"]
    restrictions = sum(row["is_restriction"] for row in in_force)
    with answer_here:
        said = (
            f"On {fmt.day(day)} our register shows "
            f"{fmt.count(len(in_force), 'law or ruling', 'laws and rulings')} in force, "
            f"{restrictions or 'none'} of them a ban, moratorium or restriction."
        )
        widgets.answer(said)
        widgets.small_print(
            "A city's law binds the city, never a federal agency; a state's binds cities where it "
            "says so. Most dates are known to the month or year: where the day lies inside that "
            "uncertainty nothing is said. Not legal advice: read the law itself."
        )
    if in_force:
        widgets.heading(
            "On a map",
            "States and counties, shaded by how many of these laws and rulings are their own, or "
            "of a place that lies in them. Laws of nations are not drawn.",
            "map",
        )
        with st.container(horizontal=True):
            level = st.segmented_control(
                "Shapes",
                (us_map.STATES, us_map.COUNTIES),
                default=us_map.STATES,
                required=True,
                key="shapes",
                bind="query-params",
            )
        law_map.show(build, tuple(in_force), day, level or us_map.STATES)
    law_list.show(build, rows, day)
    if not rows:
        widgets.notice("Our register has no law that has all of this. Take a filter away.")
    asked = {"day": day, "technology": names.get(named or ""), "q": words}
    foot.records(
        build,
        f"{said} Not legal advice: read the law itself.",
        foot.here("law", **({"day": day} if day != data.about(build)["as_of"] else {})),
        [foot.file("laws", "Download these laws as CSV", build, **asked)],
        "our register of laws, in which each names its own",
    )
    blocks.footer(build)
