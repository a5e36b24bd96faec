"""The command line of the benchmarks: parts to run, archives, and output format."""

import argparse
import json
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from reader.i18n import ENGLISH, VARIABLE
from tests.benchmarks.adding import measure_add
from tests.benchmarks.archive import archive as made_up
from tests.benchmarks.archive import write_folder, write_jsonl
from tests.benchmarks.chinese import measure_chinese
from tests.benchmarks.figures import Figure, compared, markdown_table, plain_table
from tests.benchmarks.importing import measure_import, measure_reimport, measure_size
from tests.benchmarks.listing import (
    measure_densities,
    measure_ends,
    measure_expand,
    measure_hold,
    measure_read,
    measure_regroup,
)
from tests.benchmarks.live import measure_live
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.newsboat import measure_newsboat, why_not
from tests.benchmarks.ordering import measure_order
from tests.benchmarks.painting import measure_first_paint, measure_open, measure_tag_digits
from tests.benchmarks.program import COMMAND
from tests.benchmarks.scale import measure_scale
from tests.benchmarks.searching import measure_picker, measure_search
from tests.benchmarks.shared import measure_shared
from tests.benchmarks.subject import Subject
from tests.benchmarks.syncing import measure_sync

PARTS: dict[str, Callable[[Subject], list[Figure]]] = {
    "newsboat": measure_newsboat,
    "import": measure_import,
    "reimport": measure_reimport,
    "size": measure_size,
    "paint": measure_first_paint,
    "tag": measure_tag_digits,
    "picker": measure_picker,
    "search": measure_search,
    "chinese": measure_chinese,
    "expand": measure_expand,
    "ends": measure_ends,
    "hold": measure_hold,
    "open": measure_open,
    "read": measure_read,
    "regroup": measure_regroup,
    "densities": measure_densities,
    "memory": measure_memory,
    "sync": measure_sync,
    "order": measure_order,
    "scale": measure_scale,
    "add": measure_add,
    "live": measure_live,
    "shared": measure_shared,
}
"""In the order in which they run; the last three make the data folder larger."""

SIZES = {"11k": 11_280, "100k": 100_000, "1m": 1_000_000}


def main() -> None:
    options = _options()
    os.environ[VARIABLE] = ENGLISH  # what the screen says is looked for
    if not COMMAND.exists():
        sys.exit(f"{COMMAND} is missing; pip install -e . into this environment first")
    figures: list[Figure] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cryptoread-benchmarks-") as folder:
        for subject in _subjects(options, Path(folder)):
            figures += compared(list(_figures(subject, options.parts or list(PARTS), failed)))
    print((markdown_table if options.markdown else plain_table)(figures))
    if options.json:
        report = {"machine": _machine(), "figures": [figure.as_json() for figure in figures]}
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    if failed:
        sys.exit(f"without {', '.join(failed)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default all")
    parser.add_argument(
        "--sizes", nargs="+", type=_size, default=["11k"], help="11k, 100k, 1m or a number"
    )
    parser.add_argument("--files", action="store_true", help="made up as Markdown, not as .jsonl")
    parser.add_argument(
        "--archives",
        type=Path,
        help="where SIZE.jsonl is, or is written and stays; created if missing",
    )
    parser.add_argument("--archive", type=Path, help="one of your own, instead of made-up ones")
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="[SIZE=]FOLDER",
        help="data folder, which is created if missing and then kept; may be given for each size",
    )
    parser.add_argument(
        "--server",
        default="",
        metavar="ADDRESS",
        help="shared archive with the same articles; default a private server, filled for `shared`",
    )
    parser.add_argument("--rounds", type=int, help="of every part; default what suits it")
    parser.add_argument("--sample", type=int, default=300, help="articles to open")
    parser.add_argument("--all", action="store_true", help="open every article")
    parser.add_argument("--seconds", type=float, default=60, help="to browse before weighing")
    parser.add_argument("--markdown", action="store_true", help="print the table for a README")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample as well")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if options.archive:
        options.sizes = [options.archive.stem]
    if any("=" not in data for data in options.data) and len(options.sizes) > 1:
        parser.error("with several sizes: --data SIZE=FOLDER")
    return options


def _size(text: str) -> str:
    if text not in SIZES:
        int(text)
    return text


def _subjects(options: argparse.Namespace, folder: Path) -> Iterator[Subject]:
    """Each archive, imported, smallest first."""
    for size in sorted(options.sizes, key=lambda size: SIZES.get(size) or _count(size)):
        scratch = folder / size
        scratch.mkdir()
        subject = Subject(
            size=size,
            articles=0 if options.archive else SIZES.get(size) or int(size),
            archive=options.archive or _made_up(size, options, scratch),
            data=_data_folders(options).get(size, scratch / "data"),
            scratch=scratch,
            server=options.server,
            rounds=options.rounds,
            sample=None if options.all else options.sample,
            seconds=options.seconds,
        )
        _say(f"{size}: {subject.data}")
        subject.prepare()
        yield subject


def _made_up(size: str, options: argparse.Namespace, scratch: Path) -> Path:
    """The made-up archive of that size, written unless it is there."""
    folder = options.archives or scratch
    path = folder / (size if options.files else f"{size}.jsonl")
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _say(f"{size}: writing {path}")
        write = write_folder if options.files else write_jsonl
        write(path, made_up(SIZES.get(size) or int(size)))
    return path


def _data_folders(options: argparse.Namespace) -> dict[str, Path]:
    pairs = [data.rpartition("=") for data in options.data]
    return {size or options.sizes[0]: Path(folder).absolute() for size, _, folder in pairs}


def _figures(subject: Subject, parts: list[str], failed: list[str]) -> Iterator[Figure]:
    """What each part found. One that fails is named, and the others go on."""
    for part in [part for part in PARTS if part in parts]:
        if part == "newsboat" and (reason := why_not(subject)):
            _say(f"{subject.size}: no newsboat: {reason}")
            continue
        _say(f"{subject.size}: {part}")
        try:
            found = PARTS[part](subject)
        except Exception:  # noqa: BLE001 - the other parts are measured
            traceback.print_exc()
            failed.append(f"{part} at {subject.size}")
            continue
        figures = [replace(figure, size=subject.size) for figure in found]
        print(plain_table(figures), file=sys.stderr, flush=True)
        yield from figures


def _machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "textual": version("textual"),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


def _count(size: str) -> int:
    return int(size) if size.isdecimal() else 0


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
