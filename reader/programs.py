"""Start programs for the user: browser, pager, own commands, commands of alerts.

The only place that starts one: with a list of arguments, never through a shell, and without what is
secret in the environment. The program's own processes inherit all of it.
"""

import os
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

    Program = Popen[bytes]

KEY_VARIABLE = "CRYPTOREAD_COINDESK_KEY"
"""Environment variable with the key of CoinDesk's API."""


def environment() -> dict[str, str]:
    """Return the environment that a program for the user is given."""
    return {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}


def start(
    arguments: Sequence[str],
    *,
    stdin: "IO[bytes] | int | None" = None,
    is_silent: bool = False,
    has_session: bool = False,
    defaults: Mapping[str, str] | None = None,
) -> "Program":
    """Start a program. Raises OSError and, for a null character in an argument, ValueError.

    is_silent: what it prints is dropped. has_session: it leads a session and process group of its
    own. defaults: variables of its environment that the user may have set otherwise.
    """
    from subprocess import DEVNULL, Popen

    output = DEVNULL if is_silent else None
    return Popen(  # noqa: S603 - the user's own program, without a shell
        list(arguments),
        stdin=stdin,
        stdout=output,
        stderr=output,
        env={**(defaults or {}), **environment()},
        start_new_session=has_session,
    )
