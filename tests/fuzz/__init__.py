"""What does a fuzzer that follows the branches of the code find in what strangers send? `make fuzz` looks for long."""
