// `RandomPassword`: random characters that are a secret, and their bcrypt hash.
import { hash } from "bcryptjs";
import type { Hooks, Properties } from "../contract.ts";
import { randomCharacters } from "./characters.ts";
import { plain } from "../plain.ts";
import { bothNumeric } from "./values.ts";

// Go's bcrypt.DefaultCost, which the real provider uses.
const bcryptCost = 10;
// bcrypt reads no more than this many bytes; the real provider cuts there too.
const bcryptBytes = 72;

/** The id says nothing, since ids are shown in clear. */
export const password: Hooks = {
  id: () => "none",
  outputs: (_ctx, _id, inputs, previous) => ({
    ...bothNumeric(inputs),
    ...(previous ? {} : { result: randomCharacters(inputs) }),
  }),
  start: async (_ctx, _id, state) => bcryptHash(state),
};

async function bcryptHash(state: Properties): Promise<Properties> {
  const result = Buffer.from(plain(state["result"])).subarray(0, bcryptBytes).toString();
  return { bcryptHash: await hash(result, bcryptCost) };
}
