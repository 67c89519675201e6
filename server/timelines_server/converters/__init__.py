"""Converters: protobuf to the library's own types and back, knowing no science."""
