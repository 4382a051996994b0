"""The one store: engine, transactions, tables by subject, queries by page, migrations."""
