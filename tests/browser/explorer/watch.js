// What a page does that a person would not see in a picture: what its policy refused, and how far its parts jumped.
window.watched = { refused: [], shifts: [], answered: [] };
document.addEventListener("securitypolicyviolation", (event) => {
  window.watched.refused.push(`${event.effectiveDirective}: ${event.blockedURI}`);
});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName);
    window.watched.shifts.push({ value: entry.value, moved: moved.join(" ") });
  }
}).observe({ type: "layout-shift", buffered: true });
// A way to the server that takes as long as a test says: question by question, and for every other call.
window.slow = { each: [], all: 0 };
const reach = window.fetch;
window.fetch = async (...asked) => {
  const url = asked[0] instanceof Request ? asked[0].url : String(asked[0]);
  const wait = (url.endsWith("/Forecast") ? window.slow.each.shift() : undefined) ?? window.slow.all;
  if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
  return reach(...asked);
};
