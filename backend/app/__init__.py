"""Where everything is wired: the web application, the command line, the reactions."""
