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

from reader.opening import cover

IDLE_S = 0.1
ESCAPE = "\x1b"


class TerminalDriver(LinuxDriver):
    """Textual's driver of a Linux terminal, with an input thread that can be woken."""

    _bell = -1
    """File descriptor; writing to it wakes the input thread."""

    _is_covered = False
    """Whether the alternate screen is on, with a picture that Textual is to paint over."""

    def start_application_mode(self) -> None:
        """Begin, or go on with the terminal as the kept picture has left it."""
        self._is_covered = cover.is_covered()
        super().start_application_mode()  # type: ignore[no-untyped-call] # it has no annotations
        if (before := cover.take_over()) is not None:
            self.attrs_before = before

    # Private: Textual imports `shutil` for it, and so three modules of compression.
    def _get_terminal_size(self) -> tuple[int, int]:
        if not {"COLUMNS", "LINES"} & os.environ.keys():
            with suppress(OSError):
                columns, lines = os.get_terminal_size(1)
                if columns and lines:
                    return columns, lines
        return super()._get_terminal_size()

    def write(self, data: str) -> None:
        """Write to the terminal. A second switch to the alternate screen would clear it."""
        if self._is_covered and data == cover.ALTERNATE:
            self._is_covered = False
            return
        super().write(data)

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
