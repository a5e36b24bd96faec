"""The two SQLite files: opened, migrated, checked, set aside."""
