"""Tenants, users, teams, roles, devices, sessions: who may do what, and who is asking.

A user is active or not; a session lives until it expires, is signed out or its user changes; a device is registered or
revoked; a sign-in link is open, used or expired; somebody is on duty or off.
"""
