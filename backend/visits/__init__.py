"""What happened at the door.

A visit stands, or is withdrawn by an event of its own within the time allowed.
"""
