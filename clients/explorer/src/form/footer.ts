/** What stands under everything: the licences of the data behind the answer. */
import type { Asking, Mount } from "../contract";
import { answeredOf } from "../state/asking";
import { element } from "./dom";

/** The notice takes its place beside what is there already. */
export const mountFooter: Mount = (root, _, { asking }) => {
  const notice = element("p", { class: "small muted" });
  root.append(notice);
  const hear = (now: Asking): void => {
    const said = answeredOf(now)?.answer.dataNotice;
    if (said !== undefined && notice.textContent !== said) notice.textContent = said;
  };
  hear(asking.current);
  const unsubscribe = asking.subscribe(hear);
  return () => {
    unsubscribe();
    notice.remove();
  };
};
