"""Published claims, each restated, recomputed, asked again as of its day, and held against what has happened since."""
