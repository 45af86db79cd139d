"""Is the house tidy? The rules of docs/STYLE.md that a machine can check, beyond linters and types."""
