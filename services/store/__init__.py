"""The store: SQLAlchemy Core, one set of statements for SQLite and PostgreSQL. Callers know verbs, not tables."""
