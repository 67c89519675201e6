"""The fits of one server: claimed from the queue, run, watched."""
