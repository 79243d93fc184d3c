"""What every command shares: the app, how it speaks, and how errors become sentences."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ingest import room
from ingest.errors import WhobuysError
from ingest.home import Home

app = typer.Typer(
    help="Which public agencies buy surveillance technology, from whom, and for how much.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
P = ParamSpec("P")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a machine.")]


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """Turn errors that a person can act on into a sentence and exit code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except WhobuysError as error:
            err.print(str(error), style="bold", markup=False)
            raise typer.Exit(2) from error
        except room.IN_THE_WAY as error:
            # A full disk, a folder that may not be written to: what was published is untouched.
            why = room.sentence(error, Home.from_environment())
            err.print(f"Nothing was done. {why}", style="bold", markup=False)
            raise typer.Exit(2) from error

    return run


def progress_line(*, is_shown: bool) -> Progress:
    """Return a line that shows progress on a terminal, and nothing in a log."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not is_shown or not err.is_terminal,
    )


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
