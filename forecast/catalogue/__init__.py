"""The catalogue: which posteriors exist and which one was current when. Files are the truth; it remembers."""
