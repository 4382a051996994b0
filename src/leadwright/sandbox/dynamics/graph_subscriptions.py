"""Subscriptions of Graph (none yet)."""

from leadwright.sandbox.dynamics.graph_calls import Handler

HANDLERS: list[tuple[str, str, Handler]] = []
