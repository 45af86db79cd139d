"""What can be done with imports: begin and end runs, save mappings, store the lines of a block."""
