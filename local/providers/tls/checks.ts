// Rules over the inputs of certificates that no property fact can express.
import { type Failure, type Properties, UNKNOWN, type ValueRule } from "../contract.ts";
import { allowedUses, subjectName } from "./certificate-parts.ts";
import { plain } from "../plain.ts";

/** Every listed use must be known. */
export const onlyAllowedUses: ValueRule = (value) => {
  const wrong = Array.isArray(value) ? value.filter((use) => use !== UNKNOWN && !allowedUses.includes(plain(use))) : [];
  return wrong.length === 0
    ? undefined
    : `${wrong.map((use) => JSON.stringify(use)).join(", ")} is not a key use; use some of ${allowedUses.join(", ")}`;
};

/** A key must be given, and in the state: write-only arguments exist in Terraform alone. */
export function needsKey(property: string): (inputs: Properties) => Failure[] {
  return (inputs) => {
    if (inputs[`${property}Wo`] !== undefined) {
      const reason = `write-only keys are not emulated; give the key as ${property}`;
      return [{ property: `${property}Wo`, reason }];
    }
    if (inputs[property] !== undefined) return [];
    const reason = `${property} is missing; give a private key in PEM, for example the privateKeyPem of a PrivateKey`;
    return [{ property, reason }];
  };
}

/** An authority needs a name (RFC 5280, section 4.1.2.6), and an authority key id needs a subject key id to copy. */
export function authorityFailures(inputs: Properties): Failure[] {
  const failures: Failure[] = [];
  const authority = inputs["isCaCertificate"] === true;
  if (authority && inputs["subject"] !== UNKNOWN && subjectName(inputs["subject"]).length === 0) {
    const reason = "a certificate authority needs a subject with at least one name; give for example a commonName";
    failures.push({ property: "subject", reason });
  }
  const subjectKey = [inputs["isCaCertificate"], inputs["setSubjectKeyId"]].some((on) => on === true || on === UNKNOWN);
  if (inputs["setAuthorityKeyId"] === true && !subjectKey) {
    const reason = "setAuthorityKeyId needs a subject key id; set setSubjectKeyId too";
    failures.push({ property: "setAuthorityKeyId", reason });
  }
  return failures;
}
