"""The sample articles, shown until there are articles of one's own."""

from pathlib import Path

from reader.config.paths import resource
from reader.library import Clock, Library, utc_now
from reader.safety.temporary import TemporaryFolder


def sample_library(*, clock: Clock = utc_now) -> Library:
    """Return the sample articles, in a temporary folder of their own, which `close` deletes."""
    folder = TemporaryFolder()
    library = Library(Path(folder.name), clock=clock, on_close=folder.cleanup)
    try:
        library.bring_in([resource("sample_articles")])
        library.deciding.run_in_passing()
    except BaseException:
        library.close()
        raise
    return library
