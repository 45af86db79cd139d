"""Obligors, the people around them, contact points, addresses, accounts, schedules, collateral.

They come from the lender and change by import; a contact point or address is unknown, verified, or no longer of use.
"""
