"""The command line: parse, call, print, exit code. A command is imported when it is called."""
