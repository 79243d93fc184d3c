"""One row of a table of use, as it was published, becomes one row with our column names."""

from ingest.record_columns import JOINED
from ingest.record_rows import Reader, Staged, hashed, key_of, value_of
from ingest.record_tables import Values
from ingest.use_columns import STAGED_USE


class UseReader(Reader):
    """Reads a table of use. What is no agency is no report: such a row is set aside."""

    def _row(self, number: int, values: Values) -> Staged | None:
        row: Staged = dict.fromkeys(STAGED_USE)
        for ours, places in self.ours.items():
            said = [text for at in places if (text := value_of(values[at]))]
            row[ours] = " · ".join(said) if ours in JOINED else said[0] if said else None
        if row["agency_name_source"] is None:
            self._set_aside(number, "agency_name_source", "", "is missing")
            return None
        # Not a number of the publisher's: all that the row says.
        row["row_key"] = key_of(self.row_key, values, set()) or hashed(
            values[at] for at in self.read
        )
        return row
