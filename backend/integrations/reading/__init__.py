"""Files of a lender, whatever their format and encoding, as blocks of text cells with line numbers."""
