"""YAML that remembers its lines, so that an error can point at one."""

from pathlib import Path
from typing import Any

import yaml

from ingest.errors import DeclarationError

# The same in C, where PyYAML was built with it: every command waits for this.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Lines = dict[tuple[str | int, ...], int]


def load(path: Path) -> tuple[dict[str, Any], Lines]:
    """Return a YAML mapping and the line of every key in it (first line is 1).

    Raises DeclarationError when the file is not YAML, is no mapping or repeats a key, which
    YAML itself would let the last one win.
    """
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text, Loader=_Loader)
        content = yaml.load(text, Loader=_Loader)  # noqa: S506  either of them is safe
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name}: not readable as YAML: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise DeclarationError(f"{path.name}: expected `key: value` lines.")
    lines: Lines = {}
    _walk(node, (), lines, path)
    return content, lines


def _walk(node: yaml.Node, at: tuple[str | int, ...], lines: Lines, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, str(key.value))
            if here in lines:
                raise DeclarationError(
                    f"{path.name}, line {key.start_mark.line + 1}: `{key.value}` stands twice; "
                    f"the first is in line {lines[here]}."
                )
            lines[here] = key.start_mark.line + 1
            _walk(value, here, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*at, number)] = value.start_mark.line + 1
            _walk(value, (*at, number), lines, path)
