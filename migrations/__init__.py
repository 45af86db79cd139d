"""The schema, step by step; each step names what it does and can be undone."""
