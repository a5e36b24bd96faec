"""What the owner of a shared archive does: set it up, bring it up to date."""

from reader.cache.engines.postgres.setup import init as init
from reader.cache.engines.postgres.setup import migrate as migrate
