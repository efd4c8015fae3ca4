// Waits for the value behind an output, or behind data with outputs in it.
import * as pulumi from "@pulumi/pulumi";

export function valueOf<T>(data: T): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(data).apply((known) => {
      resolve(known);
    });
  });
}
