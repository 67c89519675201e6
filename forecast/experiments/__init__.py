"""The fit arm's studies: they fit, and write what the serve arm ships."""
