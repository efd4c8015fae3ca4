// Errors for the person at the terminal: their message is all that is shown, without a stack trace.

/** Something that the person can put right; the message says what is wrong and what to do. */
export class LocalCloudError extends Error {
  override readonly name = "LocalCloudError";
}
