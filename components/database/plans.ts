// What a managed database plan offers: memory, and the connections that PostgreSQL allows for it.

/** `db-s-2vcpu-4gb` → 4. Undefined when the slug does not tell. */
export function planMemoryGib(size: string): number | undefined {
  const memory = /-(\d+)gb$/.exec(size)?.[1];
  return memory === undefined ? undefined : Number(memory);
}

/**
 * Connections that clients may have open at the same time: 25 for each GiB, 3 kept by the platform, never more than 997
 * (docs.digitalocean.com PostgreSQL limits, 5 Nov 2025). No setting of the database changes it.
 */
export function connectionLimit(size: string): number | undefined {
  const memory = planMemoryGib(size);
  return memory === undefined ? undefined : Math.min(memory * 25 - 3, 997);
}
