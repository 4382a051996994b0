"""The mirror of an outside CRM: what it holds comes in here, what the agent decides goes out. Decides nothing."""
