"""Pure statistics on lists of seconds: standard library only."""
