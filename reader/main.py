"""The program `cryptoread`: what it shows at once, then all the rest of it.

The first screen of the last time is shown before anything else is imported.
"""

import sys

from reader.opening.cover import cover


def main() -> None:
    """Run the command `cryptoread` and exit with its code."""
    cover(sys.argv[1:])
    from reader.lean_imports import late, standing_in

    # It asks for addresses in brackets only; importing that takes 3 ms.
    with standing_in("ipaddress", late("ipaddress")):
        import urllib.parse  # noqa: F401
    from reader.cli.program import run

    sys.exit(run(sys.argv[1:]))
