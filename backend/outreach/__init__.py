"""Messages to people who work here: push subscriptions of their devices, messages, one delivery per device.

A delivery is scheduled -> sending -> sent, and may end as failed, expired (nobody took it in time), pruned (the
subscription is gone) or unknown (no answer came: it is never sent again by itself).
"""
