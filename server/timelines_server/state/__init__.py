"""What answers now and what several servers share: the posterior in memory, the catalogue, the files of users."""
