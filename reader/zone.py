"""The system's time zone, as far as dates can be reckoned in it."""

import os
import time

DAY_S = 24 * 3600


def usable_zone() -> str | None:
    """Go by UTC where the zone is a day or more away from it; a sentence that says so.

    Python refuses to reckon in such a zone, at the first date that it is asked for.
    """
    if max(map(abs, (time.timezone, time.altzone))) < DAY_S:
        return None
    named = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
    zone = f"the time zone TZ={named!r}" if named else "the time zone of this system"
    return f"{zone} is a day or more from UTC; times are those of UTC. Set TZ to a real zone"
