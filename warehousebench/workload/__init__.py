"""From SQL text to who joins, filters and groups what; imports models, errors and sqlglot."""
