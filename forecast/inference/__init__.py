"""Sampling and its gates: tables + priors + seed -> posterior. The fit arm; slow, and always its own process."""
