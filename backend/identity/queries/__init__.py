"""The SQL of identity: `doors` before anybody is known, `people` and `devices` inside a tenant."""
