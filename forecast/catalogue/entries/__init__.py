"""What is listed (posteriors, fits, published forecasts, users' files): each as a record, and how it is kept."""
