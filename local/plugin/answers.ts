// Turns plain results into gRPC messages, and errors into gRPC errors that name the resource.
import grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { CloudError, type Failure } from "../providers/contract.ts";
import type { Difference } from "../providers/shared/diff.ts";
import { parseUrn } from "./context.ts";

/** Failures as the engine shows them: the property, and a sentence that starts with it. */
export function checkFailures(failures: readonly Failure[]): InstanceType<typeof messages.CheckFailure>[] {
  return failures.map(({ property, reason }) =>
    new messages.CheckFailure().setProperty(property).setReason(property === "" ? reason : `${property} ${reason}`),
  );
}

const { Kind } = messages.PropertyDiff;
const kinds = {
  add: { plain: Kind.ADD, replacing: Kind.ADD_REPLACE },
  delete: { plain: Kind.DELETE, replacing: Kind.DELETE_REPLACE },
  update: { plain: Kind.UPDATE, replacing: Kind.UPDATE_REPLACE },
} as const;

/** A difference with its detailed part. */
export function diffAnswer({
  changes,
  replaces,
  deleteBeforeReplace,
}: Difference): InstanceType<typeof messages.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const answer = new messages.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...new Set(changes.map(({ path }) => path))])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, kind, replace } of changes)
    answer
      .getDetaileddiffMap()
      .set(path, new messages.PropertyDiff().setKind(kinds[kind][replace ? "replacing" : "plain"]));
  return answer;
}

/** An error for the engine: what went wrong, at which resource. */
export function serviceError(error: unknown, urn?: string): Partial<grpc.ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const property = error instanceof CloudError && error.property ? `${error.property}: ` : "";
  const { token, name } = parseUrn(urn ?? "");
  const subject = urn ? `${token.split(":").at(-1)} "${name}": ` : "";
  // A programming error keeps its stack: without it nobody finds the place.
  const stack = error instanceof CloudError || !(error instanceof Error) ? "" : `\n${error.stack ?? ""}`;
  return { code: grpc.status.UNKNOWN, details: `${subject}${property}${message}${stack}` };
}
