"""The same reads and actions for agents of other projects, as tools of the Model Context Protocol. No rules, no SQL."""
