// A pod's life on a simulated node: sandbox, init containers, running, ready, and its end: completed, failed, deleted.
import type { StageSpec } from "./stage-spec.ts";

/** Pods with this annotation set to "true" fail, so that a test can see what a failed migration does. */
export const failAnnotation = "local.mastodon/fail";

/** What such a pod's containers wrote last. */
export const lastLinesAnnotation = "local.mastodon/last-lines";

const alive = ".metadata.deletionTimestamp == null";
const failing = `(.metadata.annotations // {})["${failAnnotation}"] == "true"`;
const succeeding = `(${failing}) | not`;
const pending = '(.status.phase // "Pending") == "Pending"';
const running = '.status.phase == "Running"';
const hasSandbox = ".status.podIP != null";
const runsForever = '(.spec.restartPolicy // "Always") == "Always"';
const runsOnce = '.spec.restartPolicy == "Never"';
const isTrue = (type: string) =>
  `([.status.conditions[]? | select(.type == "${type}" and .status == "True")] | length > 0)`;
/** Gates that something outside the kubelet has not opened yet. */
const closedGates =
  '(([.spec.readinessGates[]?.conditionType] - [.status.conditions[]? | select(.status == "True") | .type]) | length)';
const isStarted = "([.status.containerStatuses[]?.state.running | select(. != null)] | length > 0)";

const condition = (type: string, status: "True" | "False", reason = "", message = "") => `
- type: ${type}
  status: "${status}"
  reason: "${reason}"
  message: "${message}"
  lastProbeTime: null
  lastTransitionTime: {{ Now | Quote }}`;

const containers = (list: "containers" | "initContainers", state: string, ready: string, started = ready) => `
{{ range .spec.${list} }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: ${ready}
  started: ${started}
  restartCount: 0
  state: ${state}
{{ end }}`;

const runningState = '{ "running": { "startedAt": {{ Now | Quote }} } }';
const endedState = (exitCode: number, reason: string) =>
  `{ "terminated": { "exitCode": ${exitCode}, "reason": "${reason}", "startedAt": {{ Now | Quote }}, "finishedAt": {{ Now | Quote }} } }`;
const waitingState = (reason: string) => `{ "waiting": { "reason": "${reason}" } }`;
/** Init containers that are sidecars go on running beside the others. */
const initState = `{{ if eq (or .restartPolicy "") "Always" }}${runningState}{{ else }}${endedState(0, "Completed")}{{ end }}`;

const isSidecar = '{{ if eq (or .restartPolicy "") "Always" }}true{{ else }}false{{ end }}';

/**
 * The end of a container that failed. As with a kubelet, its last lines become the message only where the container asks for it (the file
 * /dev/termination-log stays empty here, since nothing runs).
 */
const failedState =
  '{ "terminated": { "exitCode": 1, "reason": "Error", "startedAt": {{ Now | Quote }}, "finishedAt": {{ Now | Quote }}' +
  `{{ if eq (or .terminationMessagePolicy "") "FallbackToLogsOnError" }}, "message": {{ or (index (or $.metadata.annotations dict) "${lastLinesAnnotation}") "" | Quote }}{{ end }} } }`;

const ended = (phase: "Succeeded" | "Failed", state: string) =>
  status(`
phase: ${phase}
conditions:${condition("Ready", "False", phase === "Succeeded" ? "PodCompleted" : "PodFailed")}${condition("ContainersReady", "False", phase === "Succeeded" ? "PodCompleted" : "PodFailed")}
containerStatuses:${containers("containers", state, "false")}
`);

function status(template: string): object {
  return { patch: { root: "status", subresource: "status", template } };
}

export const podStages: readonly StageSpec[] = [
  {
    name: "pod-gets-sandbox",
    kind: "Pod",
    when: [alive, pending, `(${hasSandbox}) | not`],
    steps: [
      status(`
phase: Pending
startTime: {{ Now | Quote }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
hostIPs: [{ ip: {{ NodeIPWith .spec.nodeName | Quote }} }]
{{ $ip := PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
podIP: {{ $ip | Quote }}
podIPs: [{ ip: {{ $ip | Quote }} }]
conditions:${condition("PodReadyToStartContainers", "True")}${condition("Ready", "False", "ContainersNotReady")}${condition("ContainersReady", "False", "ContainersNotReady")}
- type: Initialized
  status: {{ if .spec.initContainers }}"False"{{ else }}"True"{{ end }}
  reason: {{ if .spec.initContainers }}ContainersNotInitialized{{ else }}""{{ end }}
  lastProbeTime: null
  lastTransitionTime: {{ Now | Quote }}
containerStatuses:${containers("containers", waitingState("PodInitializing"), "false")}
{{ if .spec.initContainers }}
initContainerStatuses:${containers("initContainers", waitingState("PodInitializing"), "false")}
{{ end }}
`),
    ],
  },
  {
    name: "pod-is-initialized",
    kind: "Pod",
    when: [alive, pending, hasSandbox, `${isTrue("Initialized")} | not`],
    afterMilliseconds: 200,
    steps: [
      status(`
conditions:${condition("Initialized", "True")}
initContainerStatuses:${containers("initContainers", initState, "true", isSidecar)}
`),
    ],
  },
  {
    name: "pod-runs",
    kind: "Pod",
    when: [alive, pending, hasSandbox, isTrue("Initialized"), `(${failing}) and ((${runsOnce}) | not) | not`],
    afterMilliseconds: 200,
    event: { type: "Normal", reason: "Started", message: "Started containers" },
    steps: [
      status(`
phase: Running
conditions:${condition("ContainersReady", "True")}
- type: Ready
  status: {{ if .spec.readinessGates }}"False"{{ else }}"True"{{ end }}
  reason: {{ if .spec.readinessGates }}ReadinessGatesNotReady{{ else }}""{{ end }}
  lastProbeTime: null
  lastTransitionTime: {{ Now | Quote }}
containerStatuses:${containers("containers", runningState, "true")}
`),
    ],
  },
  {
    // Opened gates make a pod ready; so does the end of a time without heartbeat, when the node controller had marked it unready.
    name: "pod-becomes-ready",
    kind: "Pod",
    when: [
      alive,
      running,
      isStarted,
      succeeding,
      isTrue("ContainersReady"),
      `${isTrue("Ready")} | not`,
      `${closedGates} == 0`,
    ],
    steps: [status(`conditions:${condition("Ready", "True")}\n`)],
  },
  {
    name: "pod-completes",
    kind: "Pod",
    when: [alive, running, succeeding, `(${runsForever}) | not`],
    afterMilliseconds: 1_000,
    steps: [ended("Succeeded", endedState(0, "Completed"))],
  },
  {
    name: "pod-fails",
    kind: "Pod",
    when: [alive, running, failing, runsOnce],
    afterMilliseconds: 1_000,
    event: { type: "Warning", reason: "Failed", message: `Failed on purpose: annotation ${failAnnotation}` },
    steps: [ended("Failed", failedState)],
  },
  {
    // Containers that are to be restarted fail again and again; a Job gives up after its backoffLimit, a Deployment never gets ready.
    name: "pod-crashes-again",
    kind: "Pod",
    when: [
      alive,
      hasSandbox,
      isTrue("Initialized"),
      failing,
      `(${runsOnce}) | not`,
      '(.status.phase | IN("Pending", "Running"))',
    ],
    afterMilliseconds: 2_000,
    event: { type: "Warning", reason: "BackOff", message: `Failed on purpose: annotation ${failAnnotation}` },
    steps: [
      status(`
phase: Running
conditions:${condition("Ready", "False", "ContainersNotReady")}${condition("ContainersReady", "False", "ContainersNotReady")}
containerStatuses:
{{ $statuses := .status.containerStatuses }}
{{ range $index, $item := .spec.containers }}
- name: {{ $item.name | Quote }}
  image: {{ $item.image | Quote }}
  imageID: {{ $item.image | Quote }}
  ready: false
  started: false
  restartCount: {{ add1 (index $statuses $index).restartCount }}
  state: ${waitingState("CrashLoopBackOff")}
  lastState: ${endedState(1, "Error")}
{{ end }}
`),
    ],
  },
  {
    // A container that ends when it is asked to, well within any grace period.
    name: "pod-is-deleted",
    kind: "Pod",
    when: ["(.metadata.deletionTimestamp == null) | not", "(.metadata.finalizers // []) | length == 0"],
    afterMilliseconds: 500,
    steps: [{ delete: true }],
  },
];
