"""Mail: composed, sent once, received once, suppressed. Below the workflows that decide what is written to whom."""
