"""The telephone line: calls that the server places, what the exchange says of them, and their recordings.

A call is asked for, dials, rings, is answered and ends; without an exchange it is made by hand (`tel:`).
"""
