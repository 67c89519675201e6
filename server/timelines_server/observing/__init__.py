"""What an operator sees: metrics, the log, traces."""
