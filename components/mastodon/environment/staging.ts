// What a sanitised copy has besides: it federates with nobody, and its mail goes nowhere.
import type { EnvironmentInputs } from "./inputs.ts";
import type { Variables } from "./environment.ts";

/**
 * In limited federation Mastodon takes from and asks of listed servers only, and the copy lists none. The method `test` of Ruby on Rails
 * keeps mail in memory, where nobody reads it; network policies let no mail out either.
 */
export function stagingVariables({ staging }: Pick<EnvironmentInputs, "staging">): Variables {
  return staging === undefined ? {} : { LIMITED_FEDERATION_MODE: "true", SMTP_DELIVERY_METHOD: "test" };
}
