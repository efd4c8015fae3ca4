// What every part of the program is given: the settings, the providers, and the names that follow from the settings.
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { dateOf } from "../../components/dates.ts";
import { zoneName } from "../dns-plan.ts";
import { bucketNames } from "../names.ts";
import type { PreviousOutputs } from "../previous-outputs.ts";
import { createProviders, providerOf, type Providers } from "../providers.ts";
import type { Settings } from "../settings-schema.ts";

export interface Context {
  readonly settings: Settings;
  readonly providers: Providers;
  /** Options of a component that lives in the main DigitalOcean account. */
  readonly inMainAccount: ComponentResourceOptions;
  readonly buckets: ReturnType<typeof bucketNames>;
  /** The zone that holds all host names. */
  readonly zone: string;
  /** In UTC, for example 2026-12-08. */
  readonly today: string;
  /** The stack's outputs of its last update; every field may be missing. */
  readonly previous: PreviousOutputs;
}

export function createContext(settings: Settings, previous: PreviousOutputs): Context {
  const providers = createProviders(settings);
  return {
    settings,
    providers,
    inMainAccount: { providers: [providerOf(providers.digitalocean)] },
    buckets: bucketNames(settings),
    zone: zoneName(settings),
    today: dateOf(new Date()),
    previous,
  };
}
