// A fingerprint of what a pod reads when it starts. A changed one rolls the pods that carry it.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** SHA-256 over the values in the order of their names; the same data gives the same sum however it was put together. */
export function checksum(data: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(data).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

/**
 * The fingerprint of values that are known later. It is not a secret, though some of the values are: it covers several long random
 * ones at once, so nobody can try them out, and as a secret it would hide the whole pod in every preview.
 */
export function checksumOf(data: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
  return pulumi.unsecret(pulumi.output(data).apply(checksum));
}
