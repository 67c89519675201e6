/** A scenario as the file that the command line takes: YAML, of which JSON is a part. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { ScenarioSchema, type ScenarioJson } from "timelines-client/v1";

/** A prior of algorithms that goes into the file, because no option says it exactly. */
export interface Prior {
  readonly algorithms: { readonly halvingMonths: { readonly median: number; readonly sdLn: number } };
  readonly algorithmsCeilingOom: number | undefined;
}

type Said = Readonly<Record<string, unknown>>;

/** The text of the file. A name that stands for a scenario cannot be opened here, so the question keeps it. */
export function fileOf(scenario: string | ScenarioJson | undefined, prior: Prior | undefined): string {
  const own = typeof scenario === "object" ? scenario : {};
  const message = fromJson(ScenarioSchema, own);
  const plain = toJson(ScenarioSchema, message, { useProtoFieldName: true }) as Said;
  const { overrides = [], switches = [], name, ...rest } = plain as Said & Lists;
  const said: Said = {
    name: fileName(name),
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, shortened(key, value)])),
    ...(prior === undefined ? {} : { algorithms: algorithms(prior) }),
    set: Object.fromEntries(overrides.filter((one) => "set" in one).map(({ input, set }) => [input, set])),
    prior: Object.fromEntries(
      overrides.filter((one) => "prior" in one).map(({ input, prior: belief }) => [input, belief]),
    ),
    switches: Object.fromEntries(switches.map(({ name: limit, on }) => [limit, on])),
  };
  return Object.entries(said)
    .filter(([, value]) => typeof value !== "object" || value === null || Object.keys(value).length > 0)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join("\n");
}

interface Lists {
  readonly name?: string;
  readonly overrides?: readonly { readonly input: string; readonly set?: number; readonly prior?: unknown }[];
  readonly switches?: readonly { readonly name: string; readonly on: boolean }[];
}

const ENUMS: Readonly<Record<string, string>> = {
  criterion: "CRITERION_",
  price_basis: "PRICE_BASIS_",
  cost_scope: "COST_SCOPE_",
};

/** A file has its own spelling of what the protos number, and of forms without settings. */
function shortened(key: string, value: unknown): unknown {
  const prefix = ENUMS[key];
  if (prefix !== undefined) return String(value).replace(prefix, "").toLowerCase();
  if (key === "algorithms") return algorithmsForm(value as Said);
  const [[form, settings] = ["", {}]] = Object.entries(value as Said);
  const bare = key === "payer" || key === "law";
  if (bare && typeof settings === "object" && settings !== null && Object.keys(settings).length === 0) return form;
  return key === "law" && form === "published" ? { published: (settings as Said)["name"] } : value;
}

function algorithmsForm({ preset, prior, ceiling_oom }: Said): unknown {
  const ceiling = ceiling_oom === undefined ? {} : { ceiling_oom };
  if (preset !== undefined) {
    const word = (preset as string).replace("ALGORITHMS_PRESET_", "").toLowerCase();
    return ceiling_oom === undefined ? word : { preset: word, ...ceiling };
  }
  return { ...(prior as Said), ...ceiling };
}

function algorithms({ algorithms: { halvingMonths }, algorithmsCeilingOom }: Prior): unknown {
  const { median, sdLn } = halvingMonths;
  const ceiling = algorithmsCeilingOom === undefined ? {} : { ceiling_oom: algorithmsCeilingOom };
  return { halving_months: { median, sd_ln: sdLn }, ...ceiling };
}

/** A name that a file may have. */
function fileName(name = ""): string {
  return /^[a-z][a-z0-9-]{2,62}$/.test(name) ? name : "inline";
}
