(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const charts = read("chart-specs"), datasets = read("chart-data");
  const isWide = matchMedia("(min-width: 700px)");

  async function draw(figure, specs) {
    const holder = figure.querySelector(".chart");
    const layout = isWide.matches ? "wide" : "narrow";
    const spec = structuredClone(specs[layout]);
    spec.datasets = datasets;
    spec.width = Math.round(holder.clientWidth) - spec.padding.left - spec.padding.right;
    const fresh = document.createElement("div");
    const view = await vegaEmbed(fresh, spec, {
      actions: false, renderer: "svg", tooltip: { disableDefaultStyle: true, theme: "page" },
    });
    holder.querySelector(".interactive")?.remove();
    holder._view?.finalize();
    fresh.className = "interactive";
    holder.append(fresh);
    holder._view = view;
    holder.classList.add("live");
    // Removed, not hidden: Vega numbers its clip paths anew in every chart, and a hidden one must not answer for it.
    for (const still of holder.querySelectorAll(":scope > .wide, :scope > .narrow")) still.remove();
  }

  const drawAll = () => {
    for (const [slug, specs] of Object.entries(charts)) {
      draw(document.getElementById(slug), specs).catch((error) => console.error(slug, error));
    }
  };
  let width = innerWidth, waiting;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 150);
  });
  drawAll();
})();
