"""cryptoread: a terminal reader for a growing archive of crypto news."""

__version__ = "0.1.0"
