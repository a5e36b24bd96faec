"""Commands and options for archives that several machines share."""
