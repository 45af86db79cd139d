"""The life of the demo: its collectors drive and knock, its clients pay and break promises, until a switch stops them.

Nouns: the switch (one row marks the demo's lender and says whether it lives), a walker (a collector that the
simulation moves), a round (a published plan of today that the walkers work off).
"""
