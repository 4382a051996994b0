"""Reads lead lists from CSV and XLSX files: encodings, sheets, headings, typed columns. Never writes to a database."""
