"""The command line. `context` is what all commands share, `group` finds a command."""
