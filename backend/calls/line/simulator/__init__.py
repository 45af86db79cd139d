"""An exchange that does not exist, with people who answer or do not: the peer of the demo and of the tests."""
