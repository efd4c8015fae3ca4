// Import: takes an existing value over, in the form that the real provider's documentation names for each type.
import { CloudError, type Context, type Hooks, type Properties } from "../contract.ts";
import { bothNumeric, bytesOutputs, identifierOutputs } from "./values.ts";

/** What is given to `pulumi import`, and what becomes of it. */
interface Import {
  /** The id of the resource. A secret must not become one: ids are shown in clear. */
  readonly id: (given: string) => string;
  readonly state: (given: string) => Properties;
}

const asItIs = (given: string) => given;
const hidden = () => "none";

const imports: Readonly<Record<string, Import>> = {
  RandomBytes: {
    id: hidden,
    state: (given) => {
      const value = Buffer.from(given, "base64");
      return { length: value.length, ...bytesOutputs(value) };
    },
  },
  RandomId: {
    id: (given) => given.split(",").at(-1)!,
    state: (given) => {
      const [prefix, id = prefix!] = given.split(",");
      const inputs = { byteLength: Buffer.from(id, "base64url").length, ...(id === prefix ? {} : { prefix: prefix! }) };
      return { ...inputs, ...identifierOutputs(id, inputs) };
    },
  },
  RandomInteger: { id: (given) => given.split(",")[0]!, state: integerState },
  RandomPassword: { id: hidden, state: textState },
  RandomString: { id: asItIs, state: textState },
  RandomUuid: { id: asItIs, state: (given) => ({ result: given }) },
  RandomUuid4: { id: asItIs, state: (given) => ({ result: given }) },
  RandomUuid7: { id: asItIs, state: (given) => ({ result: given }) },
};

/** Adds import to a type's hooks. Pets and shuffles cannot be imported in reality either. */
export function withImport(className: string, hooks: Hooks): Hooks {
  const known = imports[className];
  if (!known) return { ...hooks, refresh: notImportable(className) };
  // What was given, from one call to the next within one read: the id alone may not tell it any more.
  const given = new WeakMap<Context, string>();
  return {
    ...hooks,
    importId(ctx, id) {
      given.set(ctx, id);
      return known.id(id);
    },
    refresh: async (ctx, id, state) => (Object.keys(state).length > 0 ? undefined : known.state(given.get(ctx) ?? id)),
  };
}

function notImportable(className: string): NonNullable<Hooks["refresh"]> {
  return async (_ctx, id, state) => {
    if (Object.keys(state).length > 0) return undefined;
    const message = `${className} cannot be imported (${id} was given), neither here nor with the real provider; create a new one`;
    throw new CloudError("unprocessable_entity", message);
  };
}

function integerState(given: string): Properties {
  const [result, min, max, seed] = given.split(",");
  const numbers = [result, min, max].map(Number);
  if (max === undefined || numbers.some(Number.isNaN)) {
    const message = `${JSON.stringify(given)} is no value to import; give result,min,max or result,min,max,seed, such as 4,1,6`;
    throw new CloudError("unprocessable_entity", message);
  }
  return { result: numbers[0]!, min: numbers[1]!, max: numbers[2]!, ...(seed === undefined ? {} : { seed }) };
}

/** The real provider takes the defaults for whatever a text alone does not tell. */
function textState(given: string): Properties {
  const minimums = { minLower: 0, minNumeric: 0, minSpecial: 0, minUpper: 0 };
  return {
    length: given.length,
    lower: true,
    special: true,
    upper: true,
    ...minimums,
    ...bothNumeric({}),
    result: given,
  };
}
