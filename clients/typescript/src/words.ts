/** Enums of the protos as the small words that questions and answers use. */

/** A generated enum: names to numbers and back. */
type Enum = Readonly<Record<string, string | number>>;

/** A value in small letters; one of a newer server by its number. */
export function wordOf(values: Enum, value: number): string {
  const found = values[value];
  return typeof found === "string" ? found.toLowerCase() : String(value);
}

/** A value in small letters; none for the one that stands for a default. */
export function chosenWord(values: Enum, value: number): string | undefined {
  return value === 0 ? undefined : wordOf(values, value);
}
