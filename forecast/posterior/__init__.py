"""The posterior on disk: the one thing that the fit arm hands to the serve arm."""
