/** Tells when an element comes near the window, goes away again, and when its room changes. */

/** Charts are asked for this long before they are seen, px. */
const AHEAD = "600px 0px";
const RESIZED_MS = 150;

type Listener = (near: boolean) => void;

const nearing = new Map<Element, Listener>();
const resizing = new Map<Element, () => void>();
let observers: { readonly near: IntersectionObserver; readonly size: ResizeObserver } | undefined;

/** Watch an element; what comes back ends it. */
export function watch(element: Element, near: Listener, resized: () => void): () => void {
  observers ??= observe();
  nearing.set(element, near);
  resizing.set(element, settled(resized));
  observers.near.observe(element);
  observers.size.observe(element);
  return () => {
    nearing.delete(element);
    resizing.delete(element);
    observers?.near.unobserve(element);
    observers?.size.unobserve(element);
  };
}

function observe(): { near: IntersectionObserver; size: ResizeObserver } {
  const near = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) nearing.get(target)?.(isIntersecting);
    },
    { rootMargin: AHEAD },
  );
  const size = new ResizeObserver((seen) => {
    for (const { target } of seen) resizing.get(target)?.();
  });
  return { near, size };
}

/** Once, when nothing has called for a while. */
function settled(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, RESIZED_MS);
  };
}
