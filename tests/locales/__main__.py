"""The command line: bring the catalogues up to date with the code, or check them."""

import argparse
import sys

from tests.locales.catalogues import faults, path_of, paths, read, update
from tests.locales.texts import PACKAGE, ROOT, forgotten


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.locales", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if any differ")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin a catalogue, such as `de`")
    parser.add_argument("--forgotten", metavar="FOLDER", help="list untranslated texts of a folder")
    given = parser.parse_args()
    if given.forgotten:
        _list_forgotten(given.forgotten)
    elif given.check:
        if found := [f"{path.parts[-3]}: {fault}" for path in paths() for fault in faults(path)]:
            sys.exit("\n".join(found))
    else:
        _update(given.new)


def _update(new: str | None) -> None:
    for path in sorted({*paths(), *([path_of(new)] if new else ())}):
        update(path)
        messages = [each for each in read(path) if each.id]
        missing = sum(not each.string or not all(each.string) for each in messages)
        print(f"{path.relative_to(ROOT)}: {len(messages)} texts, {missing} not translated")


def _list_forgotten(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for each in forgotten(path):
            print(f"{path.relative_to(PACKAGE)}:{each.line}: {each.text!r}")


if __name__ == "__main__":
    main()
