"""What an operator can choose: every setting once, where its value came from, and whether a server can start so."""
