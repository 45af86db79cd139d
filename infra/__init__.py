"""How does Rounds come onto a machine? Set-up, the private database, maps, examples for production."""
