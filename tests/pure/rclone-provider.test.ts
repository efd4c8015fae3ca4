// What rclone is told of who serves a bucket.
import { expect, it } from "vitest";
import { rcloneProvider } from "../../components/storage/rclone-provider.ts";

it.for(["nyc3.digitaloceanspaces.com", "https://s3.us-east-2.amazonaws.com", "https://store.example:9000"])(
  "names the provider behind a host name: %s",
  (endpoint) => {
    expect(rcloneProvider("AWS", endpoint)).toBe("AWS");
    expect(rcloneProvider("DigitalOcean", endpoint)).toBe("DigitalOcean");
  },
);

it.for(["127.0.0.1:27600", "https://127.0.0.1:27600", "https://[::1]:27600"])(
  "names none behind an address, below which no bucket has a name: %s",
  (endpoint) => {
    expect(rcloneProvider("DigitalOcean", endpoint)).toBe("Other");
  },
);
