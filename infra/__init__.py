"""How does Rounds come onto a machine? Set-up, the private database, examples for production. Standard library only."""
