// Runs before the page is drawn: what the reader chose stands against what their system says. A plain script, no module.
try {
  const chosen = localStorage.getItem("timelines.scheme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["scheme"] = chosen;
} catch {
  // A browser that keeps nothing: the system's scheme it is.
}
