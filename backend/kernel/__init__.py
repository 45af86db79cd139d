"""What every feature stands on, and nothing of lending: database, clock, ids, money, places, problems, web."""
