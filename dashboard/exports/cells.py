"""A value as a cell of a file: text that no spreadsheet runs, numbers and dates as themselves."""

import json
from datetime import date, datetime
from decimal import Decimal

from dashboard import format as fmt


def flat(value: object) -> object:
    """Return a value with lists as one text, harmless in a spreadsheet."""
    if isinstance(value, list):
        value = "; ".join(
            json.dumps(item, ensure_ascii=False, sort_keys=True, default=str)
            if isinstance(item, dict)
            else str(item)
            for item in value
        )
    return fmt.harmless(value)


def text(value: object) -> object:
    """Return a value as a cell of a CSV; what is missing is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S")
    return flat(value)


def plain(value: object) -> object:
    """Return a value as JSON has it: money is text, so that no program rounds it."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%S}Z"
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
    return value
