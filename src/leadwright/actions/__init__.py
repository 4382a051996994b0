"""What a person may do: checks the right, writes, audits, in one transaction. No pages, no order of steps."""
