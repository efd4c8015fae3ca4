// Finds the container images in a Kubernetes object.

/** Values of every `image` field of a container, at any depth. Unknown values are left out. */
export function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, field]) =>
    key === "containers" || key === "initContainers" ? containerImages(field) : imagesIn(field),
  );
}

function containerImages(containers: unknown): string[] {
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown) => {
    const image = isPlainObject(container) ? container["image"] : undefined;
    return typeof image === "string" ? [image] : [];
  });
}

/** Outputs and resources are objects too, but of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
