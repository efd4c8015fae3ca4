// Volumes: a claim of a DigitalOcean block storage class gets a volume at once, as the class's Immediate binding mode does.
import type { StageSpec } from "./stage-spec.ts";

const ours = '.spec.storageClassName // "" | startswith("do-block-storage")';
const notDeleted = ".metadata.deletionTimestamp == null";

export const volumeStages: readonly StageSpec[] = [
  {
    name: "claim-gets-volume",
    kind: "PersistentVolumeClaim",
    when: [ours, notDeleted, ".spec.volumeName == null", '.status.phase != "Bound"'],
    steps: [
      {
        // The real controller-manager binds the claim to this volume, for the volume names the claim.
        apply: {
          template: `
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
  annotations:
    pv.kubernetes.io/provisioned-by: dobs.csi.digitalocean.com
spec:
  accessModes:
  {{ YAML .spec.accessModes 2 }}
  capacity:
  {{ YAML .spec.resources.requests 2 }}
  persistentVolumeReclaimPolicy: {{ if hasSuffix "-retain" .spec.storageClassName }}Retain{{ else }}Delete{{ end }}
  storageClassName: {{ .spec.storageClassName | Quote }}
  volumeMode: {{ or .spec.volumeMode "Filesystem" | Quote }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  csi:
    driver: dobs.csi.digitalocean.com
    fsType: ext4
    volumeHandle: {{ .metadata.uid | Quote }}
`,
        },
      },
    ],
  },
  {
    name: "released-volume-goes",
    kind: "PersistentVolume",
    when: [ours, notDeleted, '.spec.persistentVolumeReclaimPolicy == "Delete"', '.status.phase == "Released"'],
    steps: [{ delete: true }],
  },
];
