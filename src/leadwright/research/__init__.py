"""What the outside world and the admin's documents say: search, pages, knowledge, company, competitors, the brief."""
