"""Whether the words of a report say what its numbers do: every number in a text is one that the run has."""
