"""The system's time zone, as far as Python can use it."""

import os
import time

from reader.i18n import _

DAY_S = 24 * 3600


def usable_zone() -> str | None:
    """Use UTC if the zone is a day or more away from it; return a sentence that says so.

    Python raises for such a zone at the first conversion of a date.
    """
    if max(map(abs, (time.timezone, time.altzone))) < DAY_S:
        return None
    named = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
    text = (
        _(
            "the time zone TZ={name!r} is a day or more from UTC; times are shown in UTC; "
            "set TZ to a valid zone"
        )
        if named
        else _(
            "the time zone of this system is a day or more from UTC; times are shown in UTC; "
            "set TZ to a valid zone"
        )
    )
    return text.format(name=named)
