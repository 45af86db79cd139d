"""What happened on the line.

A call stands, or is withdrawn by an event of its own within the time allowed.
"""
