"""What the Makefile calls beside the package: digests of stored results, and the checks before a release."""
