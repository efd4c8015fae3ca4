// Which sizes of managed database exist, and with how many nodes: data with its source, and what is asked of it.
import data from "./database-sizes.json" with { type: "json" };

/** The engines that the stack uses. */
export type Engine = "postgresql" | "valkey" | "opensearch";

/** All sizes of an engine, smallest memory first, in the order in which the platform lists them otherwise. */
export function databaseSizes(engine: Engine): readonly string[] {
  const sizes = [...new Set(layoutsOf(engine).flatMap((layout) => layout.sizes))];
  return sizes.toSorted((one, other) => (memoryGib(one) ?? 0) - (memoryGib(other) ?? 0));
}

/** Sizes that may have so many nodes; none where the engine has no such number. */
export function sizesWithNodes(engine: Engine, nodes: number): readonly string[] {
  return layoutsOf(engine).find((layout) => layout.nodes === nodes)?.sizes ?? [];
}

/** Numbers of nodes that a size may have. */
export function nodeCounts(engine: Engine, size: string): readonly number[] {
  return layoutsOf(engine)
    .filter(({ sizes }) => sizes.includes(size))
    .map(({ nodes }) => nodes);
}

/** `db-s-2vcpu-4gb` → 4, as every slug of the platform ends in its memory. Undefined when it does not. */
export function memoryGib(size: string): number | undefined {
  const memory = /-(\d+)gb$/.exec(size)?.[1];
  return memory === undefined ? undefined : Number(memory);
}

function layoutsOf(engine: Engine) {
  return data.engines[engine].layouts;
}
