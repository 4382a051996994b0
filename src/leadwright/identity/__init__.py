"""People, roles, privileges, sessions, and the directory that issues the agent's identity."""
