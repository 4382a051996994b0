"""The command line. One command a file; heavy imports inside the functions, so that --help is quick."""
