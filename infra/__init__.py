"""How does Rounds come onto a machine? Set-up, the private database, examples for production. The standard library only, but for maps."""
