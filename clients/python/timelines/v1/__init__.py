"""Generated stubs of the `timelines.v1` API, never edited: `make protos` makes them anew from `protos/`."""
