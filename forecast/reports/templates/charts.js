(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const charts = read("chart-specs"), datasets = read("chart-data");

  function fitting(specs, width) {
    const byWidth = Object.values(specs).sort((a, b) => b.usermeta.narrowest - a.usermeta.narrowest);
    return byWidth.find((spec) => width >= spec.usermeta.narrowest);
  }

  async function draw(figure, specs) {
    const holder = figure.querySelector(".chart");
    const fit = fitting(specs, holder.clientWidth);
    if (!fit) return; // narrower than any layout: the still picture, scaled, is the better one
    const spec = structuredClone(fit);
    const width = Math.min(Math.floor(holder.clientWidth), spec.usermeta.widest);
    spec.width = width - spec.padding.left - spec.padding.right;
    spec.datasets = datasets;
    const fresh = document.createElement("div");
    const view = await vegaEmbed(fresh, spec, {
      actions: false, renderer: "svg", tooltip: { disableDefaultStyle: true, theme: "page" },
    });
    fresh.className = "interactive";
    fresh.ariaHidden = "true"; // the figure's label tells it whole
    holder._view?.finalize();
    holder._view = view;
    // Removed, not hidden: Vega numbers its clip paths anew in every chart, and a hidden one must not answer for it.
    holder.replaceChildren(fresh);
    holder.classList.add("live");
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
