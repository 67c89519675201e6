import { TimelinesError } from "../src/errors.js";

/** The error of this package that a promise is rejected with. */
export async function caught(
  promise: Promise<unknown>,
  made: (raised: unknown) => unknown = (raised) => raised,
): Promise<TimelinesError> {
  const raised = await promise.then(
    () => new Error("it was not refused"),
    (error: unknown) => made(error),
  );
  if (raised instanceof TimelinesError) return raised;
  throw raised;
}
