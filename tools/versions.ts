// Compares versions made of numbers and dots, such as Go's and Pulumi's.

/** Whether `version` is `minimum` or newer; a part that is left out counts as zero. */
export function isAtLeast(version: string, minimum: string): boolean {
  const found = version.split(".").map(Number);
  const wanted = minimum.split(".").map(Number);
  const part = wanted.findIndex((number, index) => number !== (found[index] ?? 0));
  return part === -1 || (found[part] ?? 0) > (wanted[part] ?? 0);
}
