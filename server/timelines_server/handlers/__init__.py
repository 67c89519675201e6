"""Handlers: what each call does, knowing no gRPC and no protobuf."""
