"""The demo: the made-up lender of ml.synthetic as a tenant, with people who can sign in at once."""
