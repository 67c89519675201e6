// Still charts turn interactive as they come near the window. What they are drawn from is packed in the page; where it
// cannot be unpacked, and on paper, the still pictures stay.
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

async function bundle() {
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = await unpacked("chart-bundle");
  const ready = new Promise((resolve) => addEventListener("bundle", resolve, { once: true }));
  document.head.append(script);
  await ready;
}

let parts; // unpacked once, when the first chart is near
const unpackedParts = () => (parts ??= Promise.all([
  unpacked("chart-specs").then(JSON.parse), unpacked("chart-data").then(JSON.parse), bundle(),
]));

function fitting(specs, width) {
  const byWidth = Object.values(specs).sort((a, b) => b.usermeta.narrowest - a.usermeta.narrowest);
  return byWidth.find((spec) => width >= spec.usermeta.narrowest);
}

function tipOf(figure) {
  return (handler, event, item, value) => {
    if (value === null || value === undefined || value === "") return hideTip();
    const hidden = new Set([...figure.querySelectorAll(".curves input:not(:checked)")].map((box) => box.value));
    const rows = typeof value === "object" ? Object.entries(value) : told(String(value));
    tell(event, rows.filter(([name]) => !hidden.has(name)).map(([name, said]) => (name.trim() ? [name, said] : [said])));
  };
}

async function draw(holder) {
  const [charts, datasets] = await unpackedParts();
  const figure = holder.closest("figure"), room = holder.clientWidth;
  const fit = charts[figure.id] && fitting(charts[figure.id], room);
  if (!fit || holder.drawnFor === room) return; // narrower than any layout: the still picture, scaled, is better
  holder.drawnFor = room;
  const spec = structuredClone(fit);
  spec.width = Math.min(Math.floor(room), spec.usermeta.widest) - spec.padding.left - spec.padding.right;
  spec.datasets = datasets;
  const fresh = document.createElement("div");
  const { view } = await vegaEmbed(fresh, spec, { actions: false, renderer: "svg", tooltip: tipOf(figure) });
  if (holder.drawnFor !== room) return view.finalize(); // resized meanwhile
  fresh.className = "interactive";
  fresh.ariaHidden = "true"; // the figure's label tells it whole
  holder.view?.finalize();
  holder.view = view;
  // Removed, not hidden: Vega numbers its clip paths anew in every chart, and a hidden one must not answer for it.
  holder.replaceChildren(fresh);
  holder.classList.add("live");
}

const near = new Set(), waiting = new Map();
const drawSoon = (holder, wait) => {
  clearTimeout(waiting.get(holder));
  waiting.set(holder, setTimeout(() => {
    if (!near.has(holder) || matchMedia("print").matches) return;
    draw(holder).catch((error) => console.error(holder.closest("figure").id, error));
  }, wait));
};
const nearing = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    near[isIntersecting ? "add" : "delete"](target);
    if (isIntersecting) drawSoon(target, 0);
  }
}, { rootMargin: "600px 0px" });
const resizing = new ResizeObserver((seen) => seen.forEach(({ target }) => drawSoon(target, 150)));
if ("DecompressionStream" in window) {
  for (const holder of document.querySelectorAll("figure .chart")) {
    nearing.observe(holder);
    resizing.observe(holder);
  }
}
