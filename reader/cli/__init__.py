"""The command line. `context` has what all commands share, `group` finds a command."""
