"""Measure imports: of a new archive, of an unchanged one, and the size on disk."""

import tempfile
from pathlib import Path

from tests.benchmarks.archive import archive, write_folder
from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.program import Import, import_archive
from tests.benchmarks.subject import Subject

AS_FILES_TOO = 20_000
"""Articles up to which a `.jsonl` is also measured as a folder of Markdown files."""


def measure_import(subject: Subject) -> list[Figure]:
    """Fresh data folders. Wall time of the command, its start included."""
    rounds = subject.times(3 if subject.articles <= AS_FILES_TOO else 1)
    done = [*subject.imports]
    done += [_fresh_import(subject, subject.archive) for _ in range(rounds - len(done))]
    figures = _import_figures("import", done, Budget("newsboat", 1))
    if files := _as_files(subject):
        as_files = [_fresh_import(subject, files) for _ in range(rounds)]
        figures += _import_figures("import of files", as_files, Budget("newsboat", 1))
    return figures


def measure_reimport(subject: Subject) -> list[Figure]:
    """The same archive into the same folder again: nothing has changed."""
    rounds = subject.times(3)
    if not subject.imports:  # the folder may have come from another archive
        import_archive(subject.data, subject.archive)
    figures = [_again("import again", subject.data, subject.archive, rounds)]
    if files := _as_files(subject):
        with tempfile.TemporaryDirectory(dir=subject.scratch) as folder:
            data = Path(folder, "data")
            import_archive(data, files)
            figures.append(_again("import of files again", data, files, rounds))
    return figures


def measure_size(subject: Subject) -> list[Figure]:
    """Measure the cache while no program has it open, and the files of the archive."""
    cache = sum(file.stat().st_size for file in subject.data.glob("cache.db*")) / 1e6
    path = subject.archive
    files = path.rglob("*") if path.is_dir() else [path]
    text = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
    return [
        Figure(
            name="size on disk",
            unit="MB",
            samples=[cache],
            ratios={"the text": cache / text},
            budget=Budget("the text", 2),
            may_grow=True,
        )
    ]


def _import_figures(name: str, done: list[Import], budget: Budget) -> list[Figure]:
    return [
        Figure(
            name=name,
            unit="s",
            samples=[each.seconds for each in done],
            budget=budget,
            peer="import",
            may_grow=True,
        ),
        Figure(
            name=f"{name}, rate",
            unit="articles/s",
            samples=[each.rate for each in done],
            budget=Budget("p95", 2500),
            more_is_better=True,
        ),
    ]


def _fresh_import(subject: Subject, path: Path) -> Import:
    with tempfile.TemporaryDirectory(dir=subject.scratch) as folder:
        return import_archive(Path(folder, "data"), path)


def _again(name: str, data: Path, path: Path, rounds: int) -> Figure:
    samples = [import_archive(data, path).seconds for _ in range(rounds)]
    return Figure(name=name, unit="s", samples=samples, budget=Budget("p95", 0.5), may_grow=True)


def _as_files(subject: Subject) -> Path | None:
    """The same articles as Markdown files, where they are few and not files already."""
    if not 0 < subject.articles <= AS_FILES_TOO or subject.archive.is_dir():
        return None
    folder = subject.scratch / "files"
    if not folder.exists():
        write_folder(folder, archive(subject.articles))
    return folder
