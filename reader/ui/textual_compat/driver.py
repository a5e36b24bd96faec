"""Terminal driver whose input thread wakes up at once.

The thread of Textual's own driver polls every 0.1 s: leaving then takes twice that long, and a lone
Escape at least once.
"""

import os
from codecs import getincrementaldecoder
from contextlib import suppress
from select import select

from textual import constants
from textual._xterm_parser import XTermParser  # private: no public parser of terminal input
from textual.drivers.linux_driver import LinuxDriver

IDLE_S = 0.1
ESCAPE = "\x1b"


class TerminalDriver(LinuxDriver):
    """Textual's driver of a Linux terminal, with an input thread that can be woken."""

    _bell = -1
    """File descriptor; writing to it wakes the input thread."""

    def disable_input(self) -> None:
        """Stop reading at once: wake the thread that waits for a key."""
        with suppress(OSError):
            os.write(self._bell, b"!")
        super().disable_input()

    def run_input_thread(self) -> None:
        """Read keys until input is disabled."""
        awake, self._bell = bell = os.pipe()
        try:
            self._read_until_leaving(awake)
        finally:
            self._bell = -1
            for end in bell:
                os.close(end)

    def _read_until_leaving(self, awake: int) -> None:
        parser = XTermParser(self._debug)  # private: `Driver.debug` would replace it
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
