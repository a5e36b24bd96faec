"""What holds for all tests."""

from hypothesis import settings

# How long an example takes says more about the machine than about the program.
settings.register_profile("cryptoread", deadline=None)
settings.load_profile("cryptoread")
