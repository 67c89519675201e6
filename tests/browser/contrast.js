// Contrast of every word on the page with what lies behind it, by WCAG 2; of a chart's words too, over its shapes.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();

  function resolved(colour) {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  }
  const over = ([r, g, b, a], under) => [r, g, b].map((part, i) => part * a + under[i] * (1 - a));
  const part = (value) => (value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);

  function behind(element) {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    return chain.reduce((under, at) => over(resolved(getComputedStyle(at).backgroundColor), under), [255, 255, 255]);
  }

  function opacity(shape, top) {
    let all = 1;
    for (let at = shape; at && at !== top; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  }

  function clipped(shape, x, y) {
    const holder = shape.closest("[clip-path]");
    if (!holder) return false;
    const [, name] = holder.getAttribute("clip-path").match(/#([^)"]+)/);
    const window = holder.ownerSVGElement.getElementById(name).firstElementChild;
    const place = new DOMPoint(x, y).matrixTransform(holder.getScreenCTM().inverse());
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(window.getAttribute(name)));
    return place.x < left || place.x > left + width || place.y < top || place.y > top + height;
  }

  // Filled shapes of a chart, in the order that they are drawn, with what takes long to ask for each word.
  const filled = new Map();
  function shapes(top) {
    if (!filled.has(top)) {
      const all = [...top.querySelectorAll("path, rect, circle")].filter((shape) => !shape.closest("clipPath"));
      filled.set(top, all.map((shape) => ({ shape, style: getComputedStyle(shape), box: shape.getBoundingClientRect() }))
        .filter(({ style, box }) => style.fill !== "none" && style.display !== "none" && box.width > 0));
    }
    return filled.get(top);
  }

  function under(text, x, y) {
    const top = text.ownerSVGElement;
    let colour = behind(top);
    for (const { shape, style, box } of shapes(top)) {
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      if (text.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING) continue;
      const place = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
      if (!shape.isPointInFill(place) || clipped(shape, x, y)) continue;
      const [r, g, b, a] = resolved(style.fill);
      colour = over([r, g, b, a * Number(style.fillOpacity) * opacity(shape, top)], colour);
    }
    return colour;
  }

  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
    if (!words || element.closest("script, style, #tip") || !element.checkVisibility()) continue;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width <= 1) continue;
    const inChart = element.closest("svg");
    const [r, g, b, a] = resolved(inChart ? style.fill : style.color);
    const places = inChart ? [0.1, 0.5, 0.9] : [0.5];
    for (const share of places) {
      const text = element.closest("text");
      const back = inChart ? under(text, box.left + share * box.width, box.top + box.height / 2) : behind(element);
      const levels = [light(over([r, g, b, a], back)), light(back)].sort((one, other) => other - one);
      const ratio = (levels[0] + 0.05) / (levels[1] + 0.05);
      const figure = element.closest("figure")?.id ?? "";
      found.push({ ratio: Math.round(100 * ratio) / 100, words: words.slice(0, 60), figure, inChart: Boolean(inChart) });
    }
  }
  return found;
}
