"""Benchmarks of the installed command, in a real terminal: `python -m tests.benchmarks --help`."""
