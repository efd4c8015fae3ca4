// The clouds' access rules in the words of the local S3 server: nothing more is allowed, and what has no words is refused.
import { describe, expect, test } from "vitest";
import { translated } from "../../local/stores/s3/access.ts";

const user = { AWS: ["AKIAKEY"] };
const of = (statement: object) => translated({ Effect: "Allow", ...statement }, "copy", user);

describe("a statement of a policy", () => {
  test("keeps exactly its actions on exactly its objects", () => {
    const Action = ["s3:PutObject", "s3:AbortMultipartUpload"];
    expect(of({ Action, Resource: "arn:aws:s3:::copy/*" })).toEqual([
      {
        Effect: "Allow",
        Principal: user,
        Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
        Resource: ["arn:aws:s3:::copy/*"],
      },
    ]);
  });

  test("is split where it speaks of the bucket and of its objects", () => {
    const found = of({ Action: ["s3:ListBucket", "s3:GetObject"], Resource: "*" });
    expect(found.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["s3:GetObject"], ["arn:aws:s3:::copy/*"]],
      [["s3:ListBucket"], ["arn:aws:s3:::copy"]],
    ]);
  });

  test("says nothing where action and resource do not go together, about another bucket, or of another service", () => {
    expect(of({ Action: "s3:GetObject", Resource: "arn:aws:s3:::copy" })).toEqual([]);
    expect(of({ Action: "s3:GetObject", Resource: "arn:aws:s3:::other/*" })).toEqual([]);
    expect(of({ Action: "s3:GetObject", Resource: "arn:aws:s3:::copy-2/*" })).toEqual([]);
    expect(of({ Action: "ses:SendRawEmail", Resource: "*" })).toEqual([]);
    expect(of({ Action: "s3:ListAllMyBuckets", Resource: "*" })).toEqual([]);
  });

  test("with wildcards stands for the actions and the bucket that they fit", () => {
    const [found] = of({ Action: "s3:GetObjectV*", Resource: "arn:aws:s3:::co?y/database/*" });
    expect(found?.Action.toSorted((a, b) => a.localeCompare(b))).toEqual([
      "s3:GetObjectVersion",
      "s3:GetObjectVersionAttributes",
      "s3:GetObjectVersionTagging",
    ]);
    expect(found?.Resource).toEqual(["arn:aws:s3:::copy/database/*"]);
    expect(of({ Action: "s3:GetObject", Resource: "arn:aws:s3:::c*" })[0]?.Resource).toEqual(["arn:aws:s3:::copy/*"]);
  });

  test("that denies still denies", () => {
    expect(of({ Effect: "Deny", Action: "s3:DeleteObject", Resource: "arn:aws:s3:::copy/*" })[0]?.Effect).toBe("Deny");
  });

  test("about connections without TLS never applies, since there are none", () => {
    const insecure = { Bool: { "aws:SecureTransport": "false" } };
    expect(of({ Effect: "Deny", Action: "s3:*", Resource: "*", Condition: insecure })).toEqual([]);
    const secure = { Bool: { "aws:SecureTransport": "true" } };
    expect(of({ Action: "s3:GetObject", Resource: "*", Condition: secure })).toHaveLength(1);
  });

  test.for([
    [{ Action: "s3:GetObject", NotResource: "*" }, "NotResource is not understood"],
    [{ NotAction: "s3:GetObject", Resource: "*" }, "NotAction is not understood"],
    [{ Action: "s3:Teleport", Resource: "*" }, "action s3:Teleport is not understood"],
    [{ Action: "s3:GetObject", Resource: "*", Condition: { IpAddress: {} } }, "Condition"],
    [
      { Effect: "Deny", Action: "s3:ListBucket", Resource: "*", Condition: { StringLike: { "s3:prefix": "a/*" } } },
      "of a Deny is not understood",
    ],
  ] as const)("that has no words there is refused: %j", ([statement, message]) => {
    expect(() => of(statement)).toThrow(message);
  });
});
