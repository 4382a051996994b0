"""The JSON API: the same reads and actions as the pages, for programs. Callers sign in as applications, by token."""
