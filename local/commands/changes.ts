// Tells in one sentence what an operation of the engine changed.

/** `{ create: 2, same: 5 }` → `2 create; 5 unchanged.` */
export function describeChanges(changes: Record<string, number>): string {
  const counted = Object.entries(changes).filter(([operation]) => operation !== "same");
  const same = changes["same"] ?? 0;
  if (counted.length === 0) return `No changes: ${same} resources are as declared.`;
  return `${counted.map(([operation, count]) => `${count} ${operation}`).join(", ")}; ${same} unchanged.`;
}
