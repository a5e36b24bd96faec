"""Textual's driver of a terminal, whose thread that waits for keys is awake when it is wanted.

Textual's looks up every tenth of a second: so long it takes to leave, twice, and at the least until
a lone Escape is one.
"""

import os
from codecs import getincrementaldecoder
from contextlib import suppress
from select import select

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

IDLE_S = 0.1
ESCAPE = "\x1b"


class TerminalDriver(LinuxDriver):
    _bell = -1
    """What is written here wakes the thread."""

    def disable_input(self) -> None:
        with suppress(OSError):
            os.write(self._bell, b"!")
        super().disable_input()

    def run_input_thread(self) -> None:
        awake, self._bell = bell = os.pipe()
        try:
            self._read_until_leaving(awake)
        finally:
            self._bell = -1
            for end in bell:
                os.close(end)

    def _read_until_leaving(self, awake: int) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        wait_s = IDLE_S
        while not self.exit_event.is_set():
            ready, _, _ = select([self.fileno, awake], [], [], wait_s)
            wait_s = IDLE_S
            if self.fileno in ready:
                data = os.read(self.fileno, 4096)
                if not data:
                    return
                text = decode(data)
                if text.endswith(ESCAPE):
                    wait_s = constants.ESCAPE_DELAY
                for message in parser.feed(text) if text else ():
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)
