/** The page: one state, one client, and every part in its place. */
import { mountHeadline, mountTiles } from "./answer";
import { mountAsOf } from "./asof";
import { mountCharts } from "./charts";
import { mountCompare } from "./compare";
import type { Mount, Services, Store } from "./contract";
import { mountForm } from "./form";
import { mountFooter } from "./form/footer";
import { mountNotices } from "./form/notices";
import { mountTools } from "./form/tools";
import { mountSnippets } from "./snippets";
import { createAsking } from "./state/asking";
import { connection } from "./state/connection";
import { bindHistory } from "./state/history";
import { stateOf } from "./state/link";
import { createStore } from "./state/store";

const PARTS: readonly (readonly [id: string, mount: Mount])[] = [
  ["question", mountForm],
  ["headline", mountHeadline],
  ["tiles", mountTiles],
  ["charts", mountCharts],
  ["compare", mountCompare],
  ["as-of", mountAsOf],
  ["snippets", mountSnippets],
  ["tools", mountTools],
  ["footer", mountFooter],
];

start();

function start(): void {
  const { state, problem } = stateOf(location.hash);
  const store = createStore(state);
  const connected = connection();
  const { client } = connected;
  const services: Services = { client, asking: createAsking(store, { client: () => client }) };
  const tell = mountNotices(place("notices"), services, (token) => {
    connected.authorize(token);
  });
  tell(problem);
  // Once something else is asked, the link that was not understood is no more what the page shows.
  store.subscribe(() => {
    tell(undefined);
  });
  bindHistory(store, tell);
  for (const [id, mount] of PARTS) take(id, mount, store, services);
}

/** A part that fails to take its place leaves the others in theirs, and says so in its own. */
function take(id: string, mount: Mount, store: Store, services: Services): void {
  const root = place(id);
  try {
    mount(root, store, services);
  } catch (wrong) {
    root.textContent = "This part of the page could not be shown.";
    reportError(wrong);
  }
}

function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}
