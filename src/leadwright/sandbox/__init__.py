"""A rehearsal world on loopback: companies, their web sites, a search provider, people who do not exist.

Nothing above the command line imports it, and nothing it invents is said about a real company outside it.
"""
