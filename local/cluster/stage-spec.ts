// What one step of a simulated object's life is: what it waits for, and what it does.

/** One Stage of KWOK. */
export interface StageSpec {
  readonly name: string;
  readonly kind: "Node" | "Pod" | "PersistentVolume" | "PersistentVolumeClaim";
  /** jq expressions that must give one of the values (`true` where none is named). */
  readonly when: readonly string[];
  readonly afterMilliseconds?: number;
  readonly upToMilliseconds?: number;
  readonly event?: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string };
  readonly steps: readonly object[];
}
