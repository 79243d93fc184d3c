"""The files' host and the lists of files: names that roll each month, ranges, conditions.

archive = Archive(server)
archive.put(federal.full(folder, rows))
archive.roll("20260906")      # every older stamp is gone, as on the real host
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from email.utils import formatdate
from pathlib import Path
from xml.sax.saxutils import escape

from ingest.fetch import fetch
from ingest.fetch_result import Asked, Fetched
from ingest.home import Home
from ingest.http import Pace
from tests.federal import SOURCE
from tests.usaspending.server import Answer, Request, Server

QUICK = Pace(0.0, 0.0, 0.01, 0.05, read_timeout=1.0)
FOLDER = "/award_data_archive/"
# Code and number of each agency, as list_agencies gives them.
AGENCIES = {"070": 64, "015": 17, "097": 126, "1100": 12}
_NAME = re.compile(
    r"FY(?P<year>\d{4}|\(All\))_(?P<agency>All|\d{3,4})_(?P<records>Contracts|Assistance)_"
    r"(?P<kind>Full|Delta)_(?P<stamp>\d{8})\.zip"
)


def fetched(home: Home, asked: Asked, today: date, pace: Pace = QUICK) -> Fetched:
    """Fetch contracts from the archive on a day, and return what that did."""
    (result,) = fetch(home, [SOURCE], asked, today=today, pace=pace)
    return result


@dataclass
class Held:
    """A file of the host."""

    content: bytes
    modified: float
    versions: int = 1

    @property
    def etag(self) -> str:
        """The checksum in quotation marks, as the real host gives it."""
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'


@dataclass
class Archive:
    """The archive and its routes on a server."""

    server: Server
    files: dict[str, Held] = field(default_factory=dict)
    page: int = 1000
    knows_ranges: bool = True
    knows_conditions: bool = True
    # Listed by the API, and gone from the host: what one sees on the day of a new month.
    ghosts: list[str] = field(default_factory=list)
    ghosts_seen: int = 0

    def __post_init__(self) -> None:
        api = "/api/v2/bulk_download/"
        self.server.route("POST", f"{api}list_agencies/", self._agencies)
        self.server.route("POST", f"{api}list_monthly_files/", self._monthly)
        self.server.route("GET", FOLDER, self._bucket)
        self.server.route("GET", rf"{FOLDER}(?P<name>[^/]+)", self._file)

    def put(self, *paths: Path) -> None:
        """Put files out under their names, in place of what was there."""
        for path in paths:
            before = self.files.get(path.name)
            self.files[path.name] = Held(
                path.read_bytes(),
                1_780_000_000 + (before.modified - 1_780_000_000 + 60 if before else 0),
            )

    def take_away(self, *names: str) -> None:
        """Take files away."""
        for name in names:
            del self.files[name]

    def roll(self, stamp: str) -> None:
        """Take away every file with an older stamp."""
        self.take_away(*(n for n in self.files if n[-12:-4] < stamp))

    def downloads(self) -> list[str]:
        """Return the names of the files of which bytes were sent, in order."""
        return [
            logged.path.rsplit("/", 1)[-1]
            for logged in self.server.asked(rf"^{FOLDER}.+")
            if logged.status in (200, 206)
        ]

    def _agencies(self, request: Request) -> Answer:
        if request.json.get("type") != "award_agencies":
            return Answer.of_json({"detail": "Invalid value in 'type'"}, 400)
        entries = [
            {"toptier_code": code, "name": f"Agency {code}", "toptier_agency_id": number}
            for code, number in AGENCIES.items()
        ]
        return Answer.of_json(
            {
                "agencies": {"cfo_agencies": entries[:2], "other_agencies": entries[2:]},
                "sub_agencies": [],
            }
        )

    def _monthly(self, request: Request) -> Answer:
        asked = request.json
        for key in ("agency", "fiscal_year", "type"):
            if key not in asked:
                return Answer.of_json(
                    {"detail": f"Missing value: '{key}' is a required field"}, 422
                )
        codes = {number: code for code, number in AGENCIES.items()}
        agency = "All" if asked["agency"] == "all" else codes.get(asked["agency"])
        names = self.files
        if self.ghosts and not self.ghosts_seen:
            self.ghosts_seen = 1
            names = dict.fromkeys(self.ghosts)  # type: ignore[arg-type]
        found = []
        for name in names:
            match = _NAME.fullmatch(name)
            if (
                match
                and match["agency"] == agency
                and match["records"].lower() == asked["type"]
                and match["year"] in (str(asked["fiscal_year"]), "(All)")
            ):
                stamp = match["stamp"]
                found.append(
                    {
                        "fiscal_year": int(match["year"]) if match["year"].isdigit() else None,
                        "agency_name": "All" if agency == "All" else f"Agency {agency}",
                        "agency_acronym": None,
                        "type": asked["type"],
                        "updated_date": f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:]}",
                        "file_name": name,
                        # The official address, whatever the host of today.
                        "url": f"https://files.usaspending.gov{FOLDER}{name}",
                    }
                )
        return Answer.of_json({"monthly_files": found})

    def _bucket(self, request: Request) -> Answer:
        prefix, marker = request.query.get("prefix", ""), request.query.get("marker", "")
        keys = sorted(name for name in self.files if name.startswith(prefix) and name > marker)
        shown = keys[: self.page]
        contents = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>2026-09-14T01:07:39.000Z"
            f"</LastModified><ETag>{escape(self.files[name].etag, {chr(34): '&quot;'})}</ETag>"
            f"<Size>{len(self.files[name].content)}</Size></Contents>"
            for name in shown
        )
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Prefix>{escape(prefix)}</Prefix><Marker>{escape(marker)}</Marker>"
            f"<MaxKeys>{self.page}</MaxKeys>"
            f"<IsTruncated>{str(len(keys) > len(shown)).lower()}</IsTruncated>"
            f"{contents}</ListBucketResult>"
        )
        return Answer(200, body.encode(), {"Content-Type": "application/xml"})

    def _file(self, request: Request) -> Answer:
        assert request.match
        held = self.files.get(request.match["name"])
        if held is None:
            return Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        headers = {
            "ETag": held.etag,
            "Last-Modified": formatdate(held.modified, usegmt=True),
            "Content-Type": "application/zip",
        }
        if self.knows_conditions and request.headers.get("if-none-match") == held.etag:
            return Answer(304, b"", headers)
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if not wanted or not self.knows_ranges:
            return Answer(200, held.content, headers)
        if request.headers.get("if-range") not in (held.etag, headers["Last-Modified"]):
            return Answer(200, held.content, headers)
        begin, length = int(wanted[1]), len(held.content)
        if begin >= length:
            return Answer(416, b"", {"Content-Range": f"bytes */{length}"})
        headers["Content-Range"] = f"bytes {begin}-{length - 1}/{length}"
        return Answer(206, held.content[begin:], headers)
