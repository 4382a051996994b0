"""Talking to Entra, Dataverse and Graph: tokens, retries, limits, errors as sentences. What is said lies elsewhere."""
