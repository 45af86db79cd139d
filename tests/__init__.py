"""The tests, on the same paths as the code they speak of."""
