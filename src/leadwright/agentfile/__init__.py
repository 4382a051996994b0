"""The agent as one readable TOML file: its shape, writing, reading, and differences in words. Knows no database."""
