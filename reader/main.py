"""The program `cryptoread`: what it shows at once, then all the rest of it.

The first screen of the last time is shown before anything else is imported.
"""

import sys

from reader.opening.cover import cover
from reader.opening.stand_ins import StandIn, import_without

NEEDED_LATER = ("ipaddress", "tokenize")
"""Modules that every start would import for what few do: to read addresses and Python's source."""


def main() -> None:
    """Run the command `cryptoread` and exit with its code."""
    cover(sys.argv[1:])
    import_without({name: StandIn(name) for name in NEEDED_LATER}, ("pathlib", "inspect"))
    from reader.cli.program import run

    sys.exit(run(sys.argv[1:]))
