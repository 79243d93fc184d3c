"""Check your own file: a spreadsheet from a records request, judged row by row."""

import streamlit as st

from dashboard import blocks, file_check, widgets
from dashboard.data import Build
from dashboard.parts import Link
from ingest.classify import TableError

_KEPT = "checked_file"


def show(build: Build) -> None:
    """Show the place to drop a file, and what was found in it."""
    widgets.title("Check your own file")
    widgets.answer(
        "Drop a spreadsheet of purchases, such as a city sends after a records request. Every "
        "row is read by the rules that are used here, and comes back with its reason."
    )
    widgets.small_print(
        [
            (
                "Nothing is kept and nothing is sent on: the file is read in the memory of the "
                "computer that runs this site, and forgotten when you take it away or leave. It "
                "joins no figure here. CSV or XLSX, the first sheet, up to 200,000 rows. "
            ),
            Link("How rows are judged", "method"),
        ]
    )
    file = st.file_uploader("A CSV or XLSX file", type=["csv", "tsv", "txt", "xlsx"])
    if file is None:
        st.session_state.pop(_KEPT, None)
        blocks.footer(build)
        return
    try:
        _checked(build, file.file_id, file.name, file.getvalue())
    except TableError as error:
        widgets.notice(str(error))
    blocks.footer(build)


def _checked(build: Build, file_id: str, name: str, content: bytes) -> None:
    kept = st.session_state.setdefault(_KEPT, {})
    if kept.get("file") != file_id:
        kept.clear()
        with st.spinner("Reading the file"):
            kept.update(file=file_id, table=file_check.read(name, content))
    widgets.heading(
        "What the columns hold",
        "Guessed from their names. Put right what is wrong; a vendor or a description is needed.",
        "columns",
    )
    columns = file_check.choose_columns(kept["table"])
    if not {"vendor", "description"} & set(columns):
        widgets.notice("Say above which column names the vendor, or which describes the purchase.")
        return
    key = (build.build_id, tuple(sorted(columns.items())))
    if kept.get("key") != key:
        with st.spinner(f"Judging {len(kept['table'].rows):,} rows"):
            kept.update(key=key, checked=file_check.check(build, kept["table"], columns))
    checked = kept["checked"]
    widgets.heading("What was found", anchor="found")
    widgets.answer(file_check.answer(checked))
    kind = st.segmented_control(
        "Show",
        list(file_check.KINDS),
        default=next(iter(file_check.KINDS)),
        required=True,
        wrap=True,
    )
    file_check.show_rows(build, checked, str(kind))
    file_check.downloads(checked, name)
    widgets.small_print(
        "A row in which nothing was found says only that these rules found nothing in its words."
    )
