// Choices that may be repeated: the same seed gives the same choice. (The real provider's sequence is Go's, not this one.)
import { createHash, randomInt } from "node:crypto";
import type { Value } from "../contract.ts";

/** Gives whole numbers from 0 up to and without `end`: real random ones, or repeatable ones when there is a seed. */
export function chooser(seed: Value | undefined): (end: number) => number {
  if (typeof seed !== "string" || seed === "") return (end) => randomInt(end);
  let step = 0;
  return (end) => {
    step += 1;
    const digest = createHash("sha256").update(`${seed}\n${step}`).digest();
    return Number(digest.readBigUInt64BE() % BigInt(end));
  };
}
