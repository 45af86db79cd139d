"""The claims table: every figure is a ratio or a bound measured in one run; `make bench` prints it."""
