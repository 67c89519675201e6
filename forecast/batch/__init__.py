"""Many questions from one file: expanded, answered in parts that are kept, taken up again after a stop."""
