"""The command line: write the generated pages, or check them."""

import argparse
import sys

from tests.docs.pages import ROOT, differing, write


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if any differ")
    if not parser.parse_args().check:
        for path in write():
            print(f"wrote {path.relative_to(ROOT)}")
        return
    if found := differing():
        names = ", ".join(str(path.relative_to(ROOT)) for path in found)
        sys.exit(f"not as the program is: {names}; run `python -m tests.docs`")


if __name__ == "__main__":
    main()
