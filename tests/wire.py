"""The wire in one place: every proto of `timelines.v1`, the services and the calls that they describe.

Found in the folder of the protos, so that one that the server forgets to serve is missed.
"""

from __future__ import annotations

from importlib import import_module

from google.protobuf.descriptor import MethodDescriptor

from tests.house import ROOT

FILES = tuple(
    import_module(f"timelines.v1.{proto.stem}_pb2") for proto in sorted((ROOT / "protos/timelines/v1").glob("*.proto"))
)
SERVICE_FILES = tuple(file for file in FILES if file.DESCRIPTOR.services_by_name)

METHODS: dict[str, MethodDescriptor] = {
    f"/{service.full_name}/{method.name}": method
    for file in SERVICE_FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
"""Every call of the protos, by its path."""
