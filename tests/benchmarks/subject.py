"""The subject of a benchmark: an archive, the data folder it was imported into, thoroughness."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.program import Import, import_archive, reader
from tests.benchmarks.watching import Watched


@dataclass(slots=True, kw_only=True)
class Subject:
    """The archive to measure. `articles` is 0 for a user's own archive: its size is unknown."""

    size: str
    articles: int
    archive: Path
    data: Path
    server: str = ""
    """The address of a shared archive with the same articles; empty: one is made for a while."""
    scratch: Path
    """A folder for whatever a part needs for a while; thrown away in the end."""
    rounds: int | None = None
    sample: int | None = 300
    seconds: float = 60
    imports: list[Import] = field(default_factory=list)
    """That into `data`, unless the folder was there already."""

    def prepare(self) -> None:
        """Imports the archive unless the data folder has one."""
        if not (self.data / "cache.db").exists():
            # Not the folder itself: importing into one that is there starts workers later.
            self.data.parent.mkdir(parents=True, exist_ok=True)
            self.imports.append(import_archive(self.data, self.archive))

    def reader(self, *query: str, config: Path | None = None) -> Watched:
        """The reader, not yet started, on this data folder."""
        return reader(self.data, *query, config=config)

    def times(self, usual: int) -> int:
        """Rounds of a part: as asked for, else as usual."""
        return self.rounds or usual
