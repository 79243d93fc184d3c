"""Decisions on many purchases at once become rules: lines of reference data, written by a form.

An editor says "all of this vendor", "whatever names this product", "whatever says this" or "this
vendor with this word". `edit_of` turns that into the lines it means, `write_rule` checks all of
reference data with them (every model, every example) and only then adds them to the editor's own
files: `$WHOBUYS_HOME/reference` where that is set, else `data/reference`. `take_back` removes them.
"""

import csv
import io
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.errors import DeclarationError
from ingest.examples import check_reference
from ingest.files import write_whole
from ingest.home import PROJECT_DATA, Home
from ingest.knowledge import Knowledge
from ingest.phrase import PhraseError, literals, normal_text, phrases
from ingest.reference import (
    LONGEST_RULE_NAME,
    MODELS,
    Alias,
    FalseFriend,
    NeighbouringGoods,
    Phrase,
    Product,
    Row,
    Vendor,
    VendorWord,
)
from ingest.reference_files import nearest
from ingest.rules import slug

# What such a decision can be about, in the words of the form.
GROUPS = {
    "vendor": "All purchases from this vendor",
    "product": "All that name a product",
    "phrase": "All whose description has a phrase",
    "vendor word": "Those of this vendor with a word",
}
_WRITTEN_BY_FORM = "decided by "
_LONGEST_EXAMPLE = 400
_writing = threading.Lock()

Line = tuple[type[Row], dict[str, str]]


@dataclass(frozen=True)
class Edit:
    """Lines to add to reference data, and lines to take out: all that bear one of the sources."""

    added: tuple[Line, ...] = ()
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MadeRule:
    """Lines that one decision wrote: what they say, and the source by which they are taken back."""

    source: str
    lines: tuple[str, ...]


def edit_of(
    answers: Mapping[str, str],
    record: Mapping[str, str | None],
    texts: Sequence[str],
    knowledge: Knowledge,
    *,
    today: date | None = None,
) -> Edit:
    """Return the lines that a decision on a group of purchases means.

    `answers` names group (one of GROUPS), decision (accept, reject, suggest), scope, technology,
    words, unless, maker, does_not_match, reason and decided_by. `record` is the purchase in hand
    (vendor_id and vendor_name_source) and `texts` its descriptions: the rule must fit it. Raises
    DeclarationError with what is missing or cannot be.
    """
    given = {name: " ".join(str(value or "").split()) for name, value in answers.items()}
    if not given.get("reason") or not given.get("decided_by"):
        raise DeclarationError("A rule needs a reason and the name of who decides.")
    rejected = given["decision"] == "reject"
    if not rejected and not given.get("technology"):
        raise DeclarationError("Say which technology it is: a rule gives it to every purchase.")
    if rejected:
        given["scope"] = given["technology"] = ""
    day = today or date.today()  # noqa: DTZ011 - the editor's day
    given["source"] = (
        f"{_WRITTEN_BY_FORM}{given['decided_by']} on {day.isoformat()}, "
        f"{GROUPS[given['group']].lower()}: {given['reason']}"
    )
    if given["group"] == "vendor":
        return Edit(_whole_vendor(given, record, knowledge))
    given["example"] = _example(given.get("words", ""), texts)
    if given["group"] == "product":
        lines = _product(given, knowledge)
    elif given["group"] == "phrase":
        lines = _phrase(given, knowledge)
    else:
        lines = _vendor_word(given, record, knowledge)
    return Edit(lines)


def _line(model: type[Row], given: Mapping[str, str], **cells: str) -> Line:
    ours = [name for name in model.model_fields if name not in Row.model_fields]
    said = dict.fromkeys(ours, "") | cells
    return model, said | {"source": given["source"], "confidence": "medium"}


def _example(words: str, texts: Sequence[str]) -> str:
    """Return the record's own text that has the words, as one example."""
    try:
        wanted = [literal for phrase in phrases(words) for literal in literals(phrase)]
    except PhraseError as error:
        raise DeclarationError(f"The words: {error}") from error
    if not wanted:
        raise DeclarationError("Give the words that the rule looks for.")
    for text in texts:
        if any(f" {literal} " in f" {normal_text(text)} " for literal in wanted):
            whole = " ".join(text.replace(";", ",").split())
            return whole if len(whole) <= _LONGEST_EXAMPLE else _around(whole, wanted)
    raise DeclarationError(
        f"“{words}” stands in none of this purchase's descriptions: a rule must fit the purchase "
        "that it is made from."
    )


def _around(text: str, wanted: Sequence[str]) -> str:
    """Return the words of a long text around the first wording in it."""
    words = text.split()
    for start in range(0, len(words), 20):
        part = " ".join(words[start : start + 40])
        if any(f" {literal} " in f" {normal_text(part)} " for literal in wanted):
            return part
    return next(literal for literal in wanted if f" {literal} " in f" {normal_text(text)} ")


def _rule_name(knowledge: Knowledge, *parts: str) -> str:
    """Return a short name that no rule has yet."""
    taken = {rule.rule_id.partition(":")[2].casefold() for rule in knowledge.rules}
    name = ":".join(parts)[: LONGEST_RULE_NAME - 4].rstrip("-_:")
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _unknown_vendor(
    record: Mapping[str, str | None], knowledge: Knowledge, given: Mapping[str, str], **cells: str
) -> tuple[Line, ...]:
    """Return the lines for a vendor that reference data lack; none where they know it."""
    vendor_id, name = record.get("vendor_id") or "", record.get("vendor_name_source") or ""
    if not vendor_id or not name.strip():
        raise DeclarationError("The record names no vendor, so no rule can speak of it.")
    if any(vendor.vendor_id == vendor_id for vendor in knowledge.vendors):
        return ()
    named = {"vendor_id": vendor_id}
    return (
        _line(Vendor, given, **{"vendor_name": name, "scope": "strict", **named, **cells}),
        _line(Alias, given, alias=name, kind="name", ambiguous="no", **named),
    )


def _whole_vendor(
    given: Mapping[str, str], record: Mapping[str, str | None], knowledge: Knowledge
) -> tuple[Line, ...]:
    role, sells = {
        "accept": ("maker", "exclusive"),
        "suggest": ("maker", "mixed"),
        "reject": ("unrelated", "nothing"),
    }[given["decision"]]
    if given.get("maker") and role == "maker":
        role = "reseller"
    lines = _unknown_vendor(
        record, knowledge, given, role=role, sells=sells, technologies=given["technology"],
        scope=given["scope"] or "strict",
    )  # fmt: skip
    if not lines:
        vendor = knowledge.vendor(record.get("vendor_id") or "")
        raise DeclarationError(
            f"{vendor.vendor_name} is on the list already (vendors.csv, line {vendor.line}: it "
            f"sells {'only' if vendor.sells == 'exclusive' else vendor.sells} "
            f"{vendor.technologies or 'surveillance technology'}). Change its line, or decide on "
            "its purchases with a word."
        )
    return lines


def _product(given: Mapping[str, str], knowledge: Knowledge) -> tuple[Line, ...]:
    if given["decision"] != "accept":
        raise DeclarationError(
            "A product is accepted or left alone. To doubt or reject what names it, choose a "
            "phrase."
        )
    maker = _maker(given.get("maker", ""), knowledge)
    name = _rule_name(knowledge, slug(phrases(given["words"])[0]))
    return (
        _line(
            Product, given, rule=name, words=given["words"], maker_id=maker,
            technology=given["technology"], scope=given["scope"], unless=given.get("unless", ""),
            matches=given["example"], does_not_match=given.get("does_not_match", ""),
        ),
    )  # fmt: skip


def _maker(said: str, knowledge: Knowledge) -> str:
    names = {normal_text(row.vendor_name): row.vendor_id for row in knowledge.vendors}
    names |= {normal_text(row.alias): row.vendor_id for row in knowledge.aliases}
    names |= {normal_text(row.vendor_id): row.vendor_id for row in knowledge.vendors}
    found = names.get(normal_text(said))
    if found:
        return found
    near = nearest(normal_text(said), names)
    hint = f" Did you mean {knowledge.vendor(names[near]).vendor_name}?" if near else ""
    raise DeclarationError(
        f"A product needs its maker, and vendors.csv knows no “{said}”.{hint}"
        if said
        else "A product needs its maker: give a vendor of vendors.csv."
    )


def _phrase(given: Mapping[str, str], knowledge: Knowledge) -> tuple[Line, ...]:
    words = {
        "rule": _rule_name(knowledge, slug(phrases(given["words"])[0])),
        "words": given["words"],
        "unless": given.get("unless", ""),
        "matches": given["example"],
        "does_not_match": given.get("does_not_match", ""),
        "technology": given["technology"],
    }
    if given["decision"] == "reject":
        words |= {"field": "description", "beats": "4", "because": given["reason"]}
        return (_line(FalseFriend, given, **words),)
    if given["scope"] == "related":
        words |= {"goods": phrases(given["words"])[0], "beats": "4"}
        return (_line(NeighbouringGoods, given, **words),)
    words["counts"] = "yes" if given["decision"] == "accept" else "possible"
    return (_line(Phrase, given, **words),)


def _vendor_word(
    given: Mapping[str, str], record: Mapping[str, str | None], knowledge: Knowledge
) -> tuple[Line, ...]:
    lines = _unknown_vendor(record, knowledge, given, role="maker", sells="rarely")
    vendor_id = str(record["vendor_id"])
    means = {"accept": "counted", "suggest": "possible", "reject": "not"}[given["decision"]]
    if means == "counted" and given["scope"] == "related":
        means = "related"
    return (
        *lines,
        _line(
            VendorWord, given, vendor_id=vendor_id, words=given["words"], means=means,
            rule=_rule_name(knowledge, slug(vendor_id), slug(phrases(given["words"])[0])),
            technology=given["technology"], unless=given.get("unless", ""),
            matches=given["example"], does_not_match=given.get("does_not_match", ""),
        ),
    )  # fmt: skip


def rules_folder(home: Home) -> Path:
    """Return the folder of the files that an editor here adds to."""
    return home.root / "reference"


@contextmanager
def folders_with(edit: Edit, home: Home) -> Iterator[list[Path]]:
    """Yield the folders of reference data as if the edit had been made, in a temporary copy."""
    folder = rules_folder(home)
    with TemporaryDirectory(prefix="whobuys-") as scratch:
        copy = Path(scratch) / "reference"
        if folder.is_dir():
            shutil.copytree(folder, copy, ignore=lambda _, names: [n for n in names if n[0] == "."])
        else:
            copy.mkdir()
        for path, content in _changed_files(edit, folder).items():
            (copy / path.name).write_bytes(content)
        yield [copy] if home.root == PROJECT_DATA else [PROJECT_DATA / "reference", copy]


def check(edit: Edit, home: Home) -> None:
    """Raise DeclarationError, with every reason, where the edit would break reference data."""
    with folders_with(edit, home) as folders:
        problems = check_reference(folders)
    if problems:
        raise DeclarationError("\n".join(str(problem) for problem in problems[:5]))


def write_rule(edit: Edit, home: Home | None = None) -> list[Path]:
    """Make the edit in the editor's files and return those that changed.

    All of reference data is checked with it first, examples included. Each file is written whole;
    when one cannot be, those before it get their old content back. Raises DeclarationError.
    """
    home = home or Home.from_environment()
    with _writing:
        check(edit, home)
        changed = _changed_files(edit, rules_folder(home))
        before = {path: path.read_bytes() if path.exists() else None for path in changed}
        done: list[Path] = []
        try:
            for path, content in changed.items():
                done.append(path)
                write_whole(path, content)
        except BaseException:
            for path in done:
                _restore(path, before[path])
            raise
    return list(changed)


def take_back(source: str, home: Home | None = None) -> list[Path]:
    """Remove the lines that one decision wrote; return the files that changed.

    Raises DeclarationError where there are none, or where other lines need them.
    """
    home = home or Home.from_environment()
    if not any(made.source == source for made in rules_made(home)):
        raise DeclarationError("There is no such rule any more.")
    return write_rule(Edit(removed=frozenset([source])), home)


def rules_made(home: Home | None = None) -> list[MadeRule]:
    """Return what was written by such decisions into the editor's files, the newest last."""
    folder = rules_folder(home or Home.from_environment())
    found: dict[str, list[str]] = {}
    for model in MODELS:
        path = folder / model.FILE
        if not path.exists():
            continue
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                source = row.get("source") or ""
                if source.startswith(_WRITTEN_BY_FORM):
                    key = " | ".join(str(row.get(name) or "") for name in model.KEY)
                    found.setdefault(source, []).append(f"{model.FILE}: {key}")
    return [MadeRule(source, tuple(lines)) for source, lines in found.items()]


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)


def _changed_files(edit: Edit, folder: Path) -> dict[Path, bytes]:
    """Return the new content of each file that the edit changes; its other lines stay as written.

    Vendors stand before the lines that name them, and go after them.
    """
    changed: dict[Path, bytes] = {}
    for model in MODELS:
        path = folder / model.FILE
        rows = [row for kind, row in edit.added if kind is model]
        old = path.read_bytes().decode() if path.exists() else ""
        new = _without(old, edit.removed) if edit.removed else old
        if rows:
            new = _with(new, rows)
        if new != old:
            changed[path] = new.encode()
    return dict(reversed(changed.items())) if edit.removed else changed


def _with(text: str, rows: Sequence[Mapping[str, str]]) -> str:
    stream = io.StringIO(newline="")
    before = io.StringIO(text.removeprefix("\ufeff"), newline="")
    columns = next(csv.reader(before), None) or list(rows[0])
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    if not text:
        writer.writeheader()
    elif not text.endswith("\n"):
        stream.write("\n")
    writer.writerows(rows)
    return text + stream.getvalue()


def _without(text: str, sources: frozenset[str]) -> str:
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines)
    header = next(reader, [])
    if "source" not in header:
        return text
    place = header.index("source")
    kept, begin = lines[: reader.line_num], reader.line_num
    for row in reader:
        if len(row) <= place or row[place] not in sources:
            kept += lines[begin : reader.line_num]
        begin = reader.line_num
    return "".join(kept)
