"""Ask without stubs: the server tells its protos by reflection. A question goes in as JSON, its answer comes out.

echo '{"question": {"target": {"training_flop": 2e29}}}' | python reflection.py
"""

import os
import sys

import grpc
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVER = os.environ.get("TIMELINES_SERVER", "127.0.0.1:8433")

with grpc.insecure_channel(SERVER) as channel:
    # The pool fetches what it needs, when it is asked for it.
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    method = pool.FindServiceByName("timelines.v1.ForecastService").FindMethodByName("Forecast")
    request = message_factory.GetMessageClass(method.input_type)
    response = message_factory.GetMessageClass(method.output_type)

    forecast = channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )
    told = forecast(json_format.Parse(sys.stdin.read(), request()), timeout=10)

# `preserving_proto_field_name` gives the names of the protos, as everywhere in this project.
print(json_format.MessageToJson(told, preserving_proto_field_name=True))
