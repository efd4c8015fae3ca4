// A fingerprint of what a pod reads when it starts. A changed one rolls the pods that carry it.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** SHA-256 over the values in the order of their names; the same data gives the same sum however it was put together. */
export function checksum(data: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(data).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

/**
 * The fingerprint of values that are known later. It stays secret when one of them is: a fingerprint of a short secret could be
 * guessed at.
 */
export function checksumOf(data: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
  return pulumi.output(data).apply(checksum);
}
