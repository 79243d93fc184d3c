"""What is shown while there is nothing to show: no database yet, or one of another version."""

from dashboard import data, widgets
from dashboard.parts import Code


def show(error: Exception | None) -> None:
    """Say what is missing and what to run."""
    if isinstance(error, data.Damaged):
        widgets.title("The published data cannot be read")
        widgets.answer(f"{error} Your filters are still in the address.")
        widgets.text(
            "Load this page again in a few minutes. If you run this site: ",
            ["the raw files are kept, and ", Code("whobuys build"), " makes the database anew."],
        )
    elif isinstance(error, data.NoDatabase):
        widgets.title("Nothing has been published yet")
        widgets.answer("The dashboard reads a published database, and there is none here yet.")
        widgets.text(
            ["To build one from the ledger that ships with the code: ", Code("whobuys up"), "."],
            ["With files of your own: ", Code("whobuys add FILE --source ID"), ", then ",
             Code("whobuys build"), ". Then load this page again."],
        )  # fmt: skip
    else:
        widgets.title("This database is of another version")
        widgets.answer("The published database and this dashboard do not fit together.")
        widgets.text(
            str(error),
            ["Run ", Code("whobuys build"), (" to make it anew; the raw files are kept. "
             "Then load this page again.")],
        )  # fmt: skip
    widgets.small_print(["Looked in ", Code(str(data.home())), "."])
