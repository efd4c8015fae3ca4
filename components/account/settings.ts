// Settings of the DigitalOcean account that the server lives in.
import { z } from "zod";

export const accountSettingsSchema = z.strictObject({
  dropletLimit: z
    .int()
    .min(1)
    .max(10_000)
    .default(25)
    .describe("most droplets of the main account, nodes included; the control panel shows it, support raises it"),
});
