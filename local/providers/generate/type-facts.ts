// Turns one type written in a package's declarations (`pulumi.Input<string | undefined>`) into property facts.
import ts from "typescript";

/** What is known of one property. The words are those of Terraform's schema, so they read the same for every package. */
export interface GeneratedFacts {
  type: string;
  elem?: string | GeneratedFacts;
  fields?: Record<string, GeneratedFacts>;
  maxItems?: number;
  /** A JSON text that may also be given as an object. */
  json?: boolean;
  values?: string[];
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  sensitive?: boolean;
  deprecated?: boolean;
}

/** Finds what a type refers to: `inputs.s3.BucketCorsRule` or `enums.s3.CannedAcl`. */
export interface TypeLookup {
  fields(reference: string): Record<string, GeneratedFacts>;
  enumValues(reference: string): string[];
}

/** Facts of a type, without whether it is required. Throws on a type that this generator has never met. */
export function typeFacts(node: ts.TypeNode, lookup: TypeLookup): GeneratedFacts {
  const members = unionMembers(node);
  const values = members.filter(isEnum).flatMap((member) => lookup.enumValues(referenceName(member)));
  const plain = members.filter((member) => !isEnum(member));
  if (plain.length === 0) return { type: "String", values };
  const facts = plain.some((member) => member.kind === ts.SyntaxKind.StringKeyword)
    ? stringFacts(plain)
    : memberFacts(plain[0]!, lookup);
  return values.length > 0 ? { ...facts, values } : facts;
}

/** A union with a string in it: the others are resources (their id is taken) or a document that becomes JSON text. */
function stringFacts(members: readonly ts.TypeNode[]): GeneratedFacts {
  const document = members.some(
    (member) => ts.isTypeReferenceNode(member) && nameOf(member).endsWith("PolicyDocument"),
  );
  return document ? { type: "String", json: true } : { type: "String" };
}

function memberFacts(node: ts.TypeNode, lookup: TypeLookup): GeneratedFacts {
  if (node.kind === ts.SyntaxKind.NumberKeyword) return { type: "Number" };
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return { type: "Bool" };
  if (ts.isArrayTypeNode(node)) return listFacts(typeFacts(node.elementType, lookup));
  if (ts.isTypeLiteralNode(node)) return mapFacts(node, lookup);
  if (ts.isTypeReferenceNode(node)) return referenceFacts(nameOf(node), lookup);
  throw new Error(`Type '${node.getText()}' is new to the facts generator: teach it in generate/type-facts.ts`);
}

function listFacts(element: GeneratedFacts): GeneratedFacts {
  // A nested object is itself written as a list of at most one (see referenceFacts); as an element it stands for itself.
  if (element.fields) return { type: "List", elem: "object", fields: element.fields };
  return { type: "List", elem: Object.keys(element).length === 1 ? element.type : element };
}

function mapFacts(node: ts.TypeLiteralNode, lookup: TypeLookup): GeneratedFacts {
  const signature = node.members.find(ts.isIndexSignatureDeclaration);
  if (!signature) throw new Error(`Type '${node.getText()}' is not a map: teach it in generate/type-facts.ts`);
  return { type: "Map", elem: typeFacts(signature.type, lookup).type };
}

function referenceFacts(name: string, lookup: TypeLookup): GeneratedFacts {
  if (/^(inputs|outputs)\./.test(name))
    return { type: "List", elem: "object", maxItems: 1, fields: lookup.fields(name) };
  if (name.startsWith("pulumi.asset.")) return { type: "Asset" };
  if (name === "ARN" || /^[A-Z]\w*$/.test(name)) return { type: "String" };
  throw new Error(`Type '${name}' is new to the facts generator: teach it in generate/type-facts.ts`);
}

/** The alternatives of a type, without `undefined` and without the wrappers `pulumi.Input` and `pulumi.Output`. */
function unionMembers(node: ts.TypeNode): ts.TypeNode[] {
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(unionMembers);
  if (ts.isParenthesizedTypeNode(node)) return unionMembers(node.type);
  if (node.kind === ts.SyntaxKind.UndefinedKeyword) return [];
  if (ts.isTypeReferenceNode(node) && /^pulumi\.(Input|Output)$/.test(nameOf(node))) {
    return (node.typeArguments ?? []).flatMap(unionMembers);
  }
  return [node];
}

/** True when `undefined` is one of the alternatives. */
export function mayBeUndefined(node: ts.TypeNode): boolean {
  if (ts.isUnionTypeNode(node)) return node.types.some(mayBeUndefined);
  if (ts.isTypeReferenceNode(node) && /^pulumi\.(Input|Output)$/.test(nameOf(node))) {
    return (node.typeArguments ?? []).some(mayBeUndefined);
  }
  return node.kind === ts.SyntaxKind.UndefinedKeyword;
}

function isEnum(node: ts.TypeNode): boolean {
  return ts.isTypeReferenceNode(node) && nameOf(node).startsWith("enums.");
}

function referenceName(node: ts.TypeNode): string {
  return ts.isTypeReferenceNode(node) ? nameOf(node) : "";
}

function nameOf(node: ts.TypeReferenceNode): string {
  return node.typeName.getText();
}
