/** Numbers in plain words: congruent with forecast/engine/words.py, so that page and report say the same. */

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
];
const MONEY = [
  [1e12, "tn"],
  [1e9, "bn"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Three significant digits, powers of ten written as 2e25. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && !(size >= 1e-3 && size < 1e6)) {
    const [mantissa = "", exponent = ""] = value.toExponential(2).split("e");
    return `${String(Number(mantissa))}e${String(Number(exponent))}`;
  }
  return size < 1000
    ? String(Number(value.toPrecision(3)))
    : value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** Dollars with the usual suffix: $1bn, $2.5M, $300. */
export function money(usd: number): string {
  const unit = MONEY.find(([size]) => usd >= size * 0.9995);
  return unit === undefined ? `$${number(usd)}` : `$${number(usd / unit[0])}${unit[1]}`;
}

/** A probability to the percent; under 1 % or over 99 %, but not certain, it says so. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.005) return "under 1 %";
  if (probability >= 0.995 && probability < 1) return "over 99 %";
  return `${String(halfToEven(100 * probability))} %`;
}

/** Halves go to the even number, as Python rounds. */
function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The same for a tile: `<1 %`. */
export function shortPercent(probability: number): string {
  return percent(probability).replace("under ", "<").replace("over ", ">");
}

/** A decimal year as month and year: May 2023. */
export function month(decimalYear: number): string {
  const day = dayOf(decimalYear);
  return `${MONTHS[day.getUTCMonth()] ?? ""} ${String(day.getUTCFullYear())}`;
}

/** A date written YYYY-MM-DD in words: 20 November 2026. */
export function dayWords(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return date;
  return `${String(day.getUTCDate())} ${MONTHS[day.getUTCMonth()] ?? ""} ${String(day.getUTCFullYear())}`;
}

/** A month written YYYY-MM: its year where it ends one, else month and year. */
export function lastMonthWords(horizon: string): string {
  const [year = "", number_ = ""] = horizon.split("-");
  return Number(number_) === 12 ? year : `${MONTHS[Number(number_) - 1] ?? ""} ${year}`;
}

/** A date written YYYY-MM-DD as month and year. */
export function monthOfDay(date: string): string {
  const [year = "", number_ = ""] = date.split("-");
  return `${MONTHS[Number(number_) - 1] ?? ""} ${year}`;
}

function dayOf(decimalYear: number): Date {
  const year = Math.floor(decimalYear);
  const days = Math.min(Math.round((decimalYear - year) * 365.25), 365);
  return new Date(Date.UTC(year, 0, 1 + days));
}
