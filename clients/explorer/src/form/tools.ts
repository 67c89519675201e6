/** What the head of the page offers: the link to what is on it. */
import type { Mount } from "../contract";
import { copyButton } from "../snippets/copy";
import { linkOf } from "../state/link";

/** The tools take their place. */
export const mountTools: Mount = (root, store) => {
  const address = (): string => `${location.href.replace(/#.*$/, "")}#${linkOf(store.state)}`;
  root.replaceChildren(copyButton("Copy link", address));
  return () => {
    root.replaceChildren();
  };
};
