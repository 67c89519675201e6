"""The engine: arrays in, arrays out. No files, no clock, no globals; random streams keyed by component name."""
