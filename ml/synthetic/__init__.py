"""Which town, people, book and staff does one seed make? The made-up world on which demo, tests and benchmarks stand.

`make_world` (world.py) makes it, `write_world` (files.py) writes it, `read_oracle` (oracle.py) answers for its people;
README.md lists every noun with its columns, the lender's rules, and the limits.
"""
