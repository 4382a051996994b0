"""Leadwright: an open, self-hosted sales qualification agent."""

__version__ = "0.9.4"
