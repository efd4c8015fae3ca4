// A secret setting: it never prints, and leaves the settings only as a Pulumi secret.

/** Holds one secret text. Its text is not a property, so that logging or serialising the settings cannot show it. */
export class Secret {
  readonly #text: string | undefined;

  /** @param text the text, or `undefined` where only the ciphertext is known (reading a stack file without its passphrase) */
  constructor(text?: string) {
    this.#text = text;
  }

  /** @throws Error when the settings were read without decrypting them. */
  reveal(): string {
    if (this.#text === undefined)
      throw new Error("a secret setting was read without decrypting it; run under `pulumi`");
    return this.#text;
  }

  /** Whether the text is known, which it is not where a stack file is read without its passphrase. */
  get isKnown(): boolean {
    return this.#text !== undefined;
  }

  /** Whether the text has a form, so that a wrong one can be refused without showing it. Always, where the text is not known. */
  fits(form: RegExp): boolean {
    return this.#text === undefined || form.test(this.#text);
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}
