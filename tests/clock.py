"""A clock that is wrong: every module of ours that asks for the time gets another one."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

_OURS = ("ingest", "dashboard")
Put = Callable[[object, str, object], object]


class _OnlyNow(type(datetime)):  # type: ignore[misc]
    """What is a datetime to everybody is one to the class below as well."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


def set_clock(ahead: timedelta, put: Put = setattr) -> None:
    """Set the clock ahead (or back, where it is less than 0) of every module of ours.

    With `monkeypatch.setattr` as `put` until the end of the test. The times of files on disk are
    the system's, and stay right.
    """

    class Wrong(datetime, metaclass=_OnlyNow):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + ahead

    for name, module in list(sys.modules.items()):
        known = getattr(module, "datetime", None)
        if name.partition(".")[0] in _OURS and _is_datetime(known):
            put(module, "datetime", Wrong)


def _is_datetime(known: object) -> bool:
    return known is datetime or isinstance(known, _OnlyNow)
