// The password for SES's SMTP interface, which follows from an access key and the region.
import { createHmac } from "node:crypto";

/**
 * Derives the SMTP password of a secret access key in one region, by the algorithm that the SES Developer Guide publishes
 * ("Obtaining Amazon SES SMTP credentials", Signature Version 4, read 2026-11-23). The user name is the access key's id.
 */
export function sesSmtpPassword(secretKey: string, region: string): string {
  const words = ["11111111", region, "ses", "aws4_request", "SendRawEmail"];
  const signature = words.reduce(
    (key: Buffer, word) => createHmac("sha256", key).update(word).digest(),
    Buffer.from(`AWS4${secretKey}`),
  );
  return Buffer.concat([Buffer.from([4]), signature]).toString("base64");
}
