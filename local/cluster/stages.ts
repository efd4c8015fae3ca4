// How simulated nodes, pods and volumes live: KWOK's configuration, one Stage for each step of a life.
import { stringify } from "yaml";
import type { StageSpec } from "./stage-spec.ts";
import { podStages } from "./stages-pod.ts";
import { volumeStages } from "./stages-volume.ts";

/** The whole configuration file, one YAML document for each Stage. */
export function kwokConfiguration(): string {
  return allStages()
    .map((stage) => stringify(stageDocument(stage), { lineWidth: 0 }))
    .join("---\n");
}

/** Every Stage in use. */
export function allStages(): readonly StageSpec[] {
  return [...nodeStages, ...podStages, ...volumeStages];
}

/** A step that merges a Go template's outcome into the object's status. */
function statusStep(template: string): object {
  return { patch: { root: "status", subresource: "status", template } };
}

function stageDocument(stage: StageSpec): object {
  const { afterMilliseconds, upToMilliseconds, event } = stage;
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name: stage.name },
    spec: {
      resourceRef: { apiGroup: "v1", kind: stage.kind },
      selector: { matchExpressions: stage.when.map((key) => ({ key, operator: "In", values: ["true"] })) },
      ...(afterMilliseconds === undefined
        ? {}
        : {
            delay: {
              durationMilliseconds: afterMilliseconds,
              jitterDurationMilliseconds: upToMilliseconds ?? afterMilliseconds,
            },
          }),
      steps: [...stage.steps, ...(event ? [{ event }] : [])],
    },
  };
}

const isReady = '[.status.conditions[]? | select(.type == "Ready" and .status == "True")] | length > 0';

const conditions = `
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $since | Quote }}
{{ end }}
`;

/** Addresses, capacity and versions come with the Node object; a kubelet only adds that it is well. */
const nodeStages: readonly StageSpec[] = [
  {
    name: "node-becomes-ready",
    kind: "Node",
    when: [`(${isReady}) | not`],
    steps: [statusStep(`${conditions}phase: Running\n`)],
  },
  {
    // The lease is what keeps a node Ready; the conditions' times only follow, as rarely as a kubelet reports them unchanged.
    name: "node-heartbeat",
    kind: "Node",
    when: [isReady],
    afterMilliseconds: 300_000,
    upToMilliseconds: 310_000,
    steps: [statusStep(conditions)],
  },
];
