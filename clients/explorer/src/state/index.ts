/** The state of the page, its link, and the asking of its question. */
export { answeredOf, createAsking } from "./asking";
export { bindHistory } from "./history";
export { DEFAULT_QUESTION, DEFAULT_STATE, linkOf, MOST_PINS, same, stateOf } from "./link";
export { createStore } from "./store";
