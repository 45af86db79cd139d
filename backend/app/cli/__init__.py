"""The command line: one file per family of commands, all named in main.py."""
