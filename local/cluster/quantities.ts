// Kubernetes quantities as numbers: `250m`, `1.5Gi`, `2`, `100M`.

const factors: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** @throws Error when the text is no quantity, which the API server would not have stored. */
export function parseQuantity(text: string): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(text);
  const factor = match ? factors[match[2]!] : undefined;
  if (!match || factor === undefined) throw new Error(`"${text}" is not a Kubernetes quantity`);
  return Number(match[1]) * factor;
}

/** Amounts by resource name, for example `cpu` in cores and `memory` in bytes. */
export type Amounts = Readonly<Record<string, number>>;

export function parseAmounts(quantities: Readonly<Record<string, string>> = {}): Amounts {
  return Object.fromEntries(Object.entries(quantities).map(([name, text]) => [name, parseQuantity(text)]));
}

/** Merges two sets of amounts, name by name; a missing one is zero. */
function combine(a: Amounts, b: Amounts, merge: (a: number, b: number) => number): Amounts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, merge(a[name] ?? 0, b[name] ?? 0)]));
}

export const add = (a: Amounts, b: Amounts) => combine(a, b, (x, y) => x + y);
export const subtract = (a: Amounts, b: Amounts) => combine(a, b, (x, y) => x - y);
export const larger = (a: Amounts, b: Amounts) => combine(a, b, Math.max);

/** Whether every asked amount is there. A billionth of slack absorbs rounding. */
export function covers(free: Amounts, asked: Amounts): boolean {
  return Object.entries(asked).every(([name, amount]) => amount <= 0 || amount <= (free[name] ?? 0) * (1 + 1e-9));
}
