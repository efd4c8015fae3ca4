// What a row of the account remembers about the real server behind it, under keys that Pulumi never sees; and the switch that keeps
// all of them emulated. `status` reads the marks of every object.

/** Id of the store whose servers stand behind the object. */
export const storeMark = "__store";
/** Why the object, which could have a real server, has none: one sentence for people, without a full stop. */
export const emulatedMark = "__emulated";

/** Why nothing gets a real server; nothing where the person did not ask for that. */
export function switchedOff(): string | undefined {
  const wanted = process.env["MASTODON_LOCAL_STORES"];
  return wanted === "emulated" ? "MASTODON_LOCAL_STORES=emulated" : undefined;
}
