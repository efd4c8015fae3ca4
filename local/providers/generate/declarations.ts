// Reads resource types, functions and provider settings out of a package's own `.d.ts` and `.js` files.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { type GeneratedFacts, mayBeUndefined, type TypeLookup, typeFacts } from "./type-facts.ts";

type Fields = Record<string, GeneratedFacts>;

/** One installed package, with its nested types at hand. */
export class PackageDeclarations {
  readonly #folder: string;
  readonly #texts = new Map<string, string>();
  readonly #namespaces = new Map<string, Map<string, ts.Node>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Type token and property facts of the resource declared in `path`, for example `s3/bucket`. */
  resource(path: string): { token: string; properties: Fields } {
    const script = this.#text(`${path}.js`);
    const token = /__pulumiType = '([^']+)'/.exec(script)?.[1];
    if (!token) throw new Error(`${path}.js of ${this.#folder} holds no resource type`);
    const declared = declarations(this.#text(`${path}.d.ts`));
    const className = token.split(":")[2]!;
    const inputs = this.#interfaceFields(declared.get(`${className}Args`));
    const outputs = this.#classFields(declared.get(className));
    const secret = secretNames(script);
    const properties: Fields = {};
    for (const name of [...new Set([...Object.keys(inputs), ...Object.keys(outputs)])].toSorted()) {
      const facts = merged(inputs[name], outputs[name]);
      properties[name] = secret.has(name) ? { ...facts, sensitive: true } : facts;
    }
    return { token, properties };
  }

  /** Token and argument facts of the function declared in `path`, for example `iam/getPolicyDocument`. */
  function(path: string): { token: string; inputs: Fields } {
    const token = /runtime\.invoke\(\s*"([^"]+)"/.exec(this.#text(`${path}.js`))?.[1];
    if (!token) throw new Error(`${path}.js of ${this.#folder} invokes nothing`);
    const name = token.split(":")[2]!;
    const declared = declarations(this.#text(`${path}.d.ts`));
    return { token, inputs: this.#interfaceFields(declared.get(`${name[0]!.toUpperCase()}${name.slice(1)}Args`)) };
  }

  /** Facts of what the package's explicit provider may be given. */
  providerSettings(): Fields {
    return this.#interfaceFields(declarations(this.#text("provider.d.ts")).get("ProviderArgs"));
  }

  #lookup: TypeLookup = {
    fields: (reference) => this.#interfaceFields(this.#nested(reference)),
    enumValues: (reference) => enumValues(this.#nested(reference)),
  };

  #interfaceFields(node: ts.Node | undefined): Fields {
    if (!node || !ts.isInterfaceDeclaration(node)) return {};
    return fieldsOf(node.members.filter(ts.isPropertySignature), (type, optional) => {
      const facts = typeFacts(type, this.#lookup);
      return optional ? { ...facts, optional: true } : { ...facts, required: true };
    });
  }

  #classFields(node: ts.Node | undefined): Fields {
    if (!node || !ts.isClassDeclaration(node)) return {};
    return fieldsOf(node.members.filter(ts.isPropertyDeclaration), (type) => {
      const facts = typeFacts(type, this.#lookup);
      // An output that can be undefined, of a property nobody must give, is one that the cloud does not fill in.
      return mayBeUndefined(type) ? { ...facts, optional: true } : { ...facts, computed: true };
    });
  }

  /** Finds `inputs.s3.X`, `outputs.X` or `enums.s3.X`; parses only the namespace that holds it. */
  #nested(reference: string): ts.Node | undefined {
    const [kind, ...path] = reference.split(".");
    const name = path.pop()!;
    const space = path.join(".");
    const key = `${kind}:${space}`;
    let found = this.#namespaces.get(key);
    if (!found) {
      found = declarations(this.#namespaceText(kind!, space));
      this.#namespaces.set(key, found);
    }
    const node = found.get(name);
    if (!node) throw new Error(`${reference} is not declared in ${this.#folder}`);
    return node;
  }

  #namespaceText(kind: string, space: string): string {
    if (kind === "enums") return this.#text(join("types/enums", space, "index.d.ts"));
    const text = this.#text(`types/${kind === "inputs" ? "input" : "output"}.d.ts`);
    if (space === "") return text.split(/^export declare namespace /m)[0]!;
    const start = text.indexOf(`export declare namespace ${space} {`);
    const end = text.indexOf("\n}", start);
    return start < 0 ? "" : text.slice(text.indexOf("{", start) + 1, end);
  }

  #text(path: string): string {
    let text = this.#texts.get(path);
    if (text === undefined) {
      const file = join(this.#folder, path);
      if (!existsSync(file)) throw new Error(`${file} is missing: run npm ci, or correct generate/wanted-types.ts`);
      text = readFileSync(file, "utf8");
      this.#texts.set(path, text);
    }
    return text;
  }
}

/** What a property is, from its two sides: what a user may give, and what the resource offers afterwards. */
function merged(input: GeneratedFacts | undefined, output: GeneratedFacts | undefined): GeneratedFacts {
  if (!input) return { ...withoutOptional(output!), computed: true };
  if (!output || input.required || !output.computed) return input;
  return { ...input, computed: true };
}

function withoutOptional(facts: GeneratedFacts): GeneratedFacts {
  const { optional: _, ...rest } = facts;
  return rest;
}

/** Names that the package itself marks secret: as inputs, or as outputs of the resource. */
function secretNames(script: string): Set<string> {
  const listed = /additionalSecretOutputs: \[([^\]]*)\]/.exec(script)?.[1] ?? "";
  const outputs = [...listed.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
  const inputs = [...script.matchAll(/resourceInputs\["([^"]+)"\] = [^\n]*pulumi\.secret\(/g)].map(
    (match) => match[1]!,
  );
  return new Set([...outputs, ...inputs]);
}

/** Top-level classes, interfaces and constants of a declaration text, by name. */
function declarations(text: string): Map<string, ts.Node> {
  const source = ts.createSourceFile("declarations.d.ts", text, ts.ScriptTarget.Latest, true);
  const found = new Map<string, ts.Node>();
  for (const statement of source.statements) {
    if (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) {
      if (statement.name) found.set(statement.name.text, statement);
    } else if (ts.isVariableStatement(statement)) {
      for (const variable of statement.declarationList.declarations) found.set(variable.name.getText(), variable);
    }
  }
  return found;
}

function enumValues(node: ts.Node | undefined): string[] {
  if (!node || !ts.isVariableDeclaration(node) || !node.type || !ts.isTypeLiteralNode(node.type)) return [];
  return node.type.members.filter(ts.isPropertySignature).flatMap((member) => {
    const literal = member.type && ts.isLiteralTypeNode(member.type) ? member.type.literal : undefined;
    return literal && ts.isStringLiteral(literal) ? [literal.text] : [];
  });
}

function fieldsOf(
  members: readonly (ts.PropertySignature | ts.PropertyDeclaration)[],
  factsOf: (type: ts.TypeNode, optional: boolean) => GeneratedFacts,
): Fields {
  const fields: Fields = {};
  for (const member of members) {
    if (!member.type) continue;
    const facts = factsOf(member.type, member.questionToken !== undefined);
    const deprecated = ts.getJSDocTags(member).some((tag) => tag.tagName.text === "deprecated");
    fields[member.name.getText()] = deprecated ? { ...facts, deprecated: true } : facts;
  }
  return fields;
}
