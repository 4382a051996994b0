"""The Dataverse Web API of the stand-in: tables, rights, queries, batches, changes, actions. Knows no mail server."""

from leadwright.sandbox.dynamics.dataverse.web import routes

__all__ = ["routes"]
