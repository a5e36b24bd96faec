"""The program `cryptoread`: what it shows at once, then all the rest of it.

The first screen of the last time is shown before anything else is imported.
"""

import sys

from reader.opening.cover import cover


def main() -> None:
    """Run the command `cryptoread` and exit with its code."""
    cover(sys.argv[1:])
    import_common()
    from reader.config.language import speak_as_chosen

    speak_as_chosen(sys.argv[1:])
    from reader.cli.program import run

    sys.exit(run(sys.argv[1:]))


def import_common() -> None:
    """Import what every command needs, without what few do.

    That is for paths of Windows, for addresses in brackets, and to read Python's source.
    """
    from reader.opening.stand_ins import StandIn, import_without

    stand_ins = {name: StandIn(name) for name in ("ntpath", "ipaddress", "tokenize")}
    import_without(stand_ins, ("pathlib", "inspect", "urllib.parse"))
