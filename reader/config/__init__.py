"""What the user may write down: settings, subscriptions, and where files are."""
