"""The desk in the browser: plain server-rendered pages. Only how something is shown or asked; no rules, no writes."""
