import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";

import { failed } from "../src/failures.js";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import { settle } from "../src/settings.js";

const SETTINGS = settle("http://127.0.0.1:1", {});
const BY_THE_STACK = { "grpc-status": "4" };

test("a deadline that the server's stack ended first is told like one that ended here", () => {
  const ended = new ConnectError("Deadline Exceeded", Code.DeadlineExceeded, BY_THE_STACK);
  const { error } = failed(ended, SETTINGS, () => undefined, 2);
  expect(error.message).toContain("no answer from 127.0.0.1:1 within 0.002 s; give a longer deadlineMs");
});

test("a server that says why it was late is quoted", () => {
  const why = { desc: ErrorInfoSchema, value: { reason: "LATE" } };
  const late = new ConnectError("waited for a place until the deadline", Code.DeadlineExceeded, BY_THE_STACK, [why]);
  const { error } = failed(late, SETTINGS, () => undefined, 2);
  expect([error.message, error.reason]).toEqual(["waited for a place until the deadline", "LATE"]);
});
