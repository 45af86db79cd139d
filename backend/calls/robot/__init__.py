"""Robot calls: flows as data, campaigns over cases, and the cases that are held out to see what calling does.

A case of a campaign is held out, waits, is being called, is done, or was left (why stands beside it).
"""
