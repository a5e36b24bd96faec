"""Start a command in a real terminal, wait for the list, quit, and check the restored terminal.

Run as a script with the command as its arguments: it proves an installed wheel.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.terminal import Terminal


def main(argv: list[str]) -> None:
    with Terminal(argv) as terminal:
        terminal.wait_for("PINNED")
        print("\n".join(terminal.display[:5]))
        terminal.send("q")
        status = terminal.wait_exit()
        assert status == 0, status
        assert not terminal.unrestored(), terminal.unrestored()
    print("first paint and a clean exit")


if __name__ == "__main__":
    main(sys.argv[1:])
