"""Who may come in: second factors, tokens of programs, and the city's own login; above the store, below the pages."""
