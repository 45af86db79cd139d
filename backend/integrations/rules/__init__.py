"""What a lender's text means: cells, rows, mappings, refusals; pure functions of text and the day of the book."""
