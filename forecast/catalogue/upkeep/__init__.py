"""What is done for a state folder: save it and put it back, tidy it, share its posteriors with other servers."""
