"""Where bytes are kept: files written whole or not at all, folders replaced in one step, and places by URL."""
