"""Writes `screen.svg`, the picture in the README: the program's own export of its screen.

`python -m tests.screenshot` shows the sample articles, at a fixed time.
"""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from reader.config import Settings
from reader.library import Library
from reader.query import Query
from reader.ui.app import CryptoreadApp

PICTURE = Path(__file__).parent.parent / "screen.svg"
NOW = datetime(2026, 10, 3, 9, tzinfo=UTC)
KEYS = ("j", "j", "h", "n", "n", "n", "j", "j")


async def main() -> None:
    with Library.of_samples(clock=lambda: NOW) as library:
        library.is_sample = False  # without the banner, as with an archive of one's own
        app = CryptoreadApp(library, Settings(), Query())
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press(*KEYS)
            await pilot.pause(0.5)
            PICTURE.write_text(app.export_screenshot(title="cryptoread"), "utf-8")


if __name__ == "__main__":
    os.environ |= {"LANG": "en_US.UTF-8", "TZ": "UTC", "COLORTERM": "truecolor"}
    asyncio.run(main())
