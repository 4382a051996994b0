"""What each page shows, one module a page: Core rows, never ORM objects, never rules."""
