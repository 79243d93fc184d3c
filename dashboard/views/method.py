"""Method: the definition, how sure, how often wrong, what amounts mean, what is not here."""

from dashboard import blocks, data, flag_methods, glossary, method_text, widgets
from dashboard.data import Build
from dashboard.parts import Link


def show(build: Build) -> None:
    """Show how we know."""
    widgets.title("How we know")
    widgets.answer(method_text.IN_SHORT)

    widgets.heading("What counts as surveillance technology", anchor="definition")
    widgets.text(*method_text.DEFINITION)
    widgets.subheading("The technologies")
    widgets.facts(method_text.technologies(data.technologies(build)))
    widgets.subheading("Neighbouring goods", "neighbouring")
    widgets.text(*method_text.RELATED)

    widgets.heading("How sure we are", anchor="status")
    widgets.facts(method_text.STATUSES)
    widgets.subheading("Six strengths of reasons, strongest first", "strengths")
    widgets.text(method_text.REASONS)
    widgets.facts(method_text.strengths())

    widgets.heading("How often the rules are right", anchor="quality")
    method_text.show_quality(data.quality(build))

    flag_methods.show(build)

    widgets.heading("What amounts mean", anchor="amounts")
    widgets.facts(method_text.bases())
    widgets.text(*method_text.AMOUNTS)

    widgets.heading(
        "Words used here", "Each has an address that does not change: its link.", "words"
    )
    widgets.terms(glossary.terms())
    widgets.downloads(
        Link("What every column of the data means", "dictionary"),
        Link("Issues found in the data", "issues"),
        Link("Corrections and disputes", "corrections"),
    )

    widgets.heading("What these figures do not say", anchor="limits")
    widgets.bullets(method_text.LIMITS)
    blocks.footer(build)
