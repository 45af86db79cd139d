"""The HTTP of identity: the own session, devices, people; `parts` says how the application mounts it."""
