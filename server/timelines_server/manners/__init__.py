"""What stands round every call: room for it, its line in the log, what an error becomes."""
