// What rclone calls the one who serves a bucket, on which hangs how it asks for it.
import { isIP } from "node:net";

export type KnownProvider = "DigitalOcean" | "AWS";

/**
 * Of a known provider rclone asks every bucket under a name of its own below the endpoint, and no setting makes it do otherwise (1.60). An address has no names
 * below it: a store there, such as one of the local cloud's, is any S3-compatible one, which is asked by path.
 * @param endpoint host, with its port where it has one, or URL
 */
export function rcloneProvider(known: KnownProvider, endpoint: string): KnownProvider | "Other" {
  const { hostname } = new URL(endpoint.includes("://") ? endpoint : `https://${endpoint}`);
  return isIP(hostname) === 0 && !hostname.startsWith("[") ? known : "Other";
}
