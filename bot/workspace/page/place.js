// Where blocks stand: what their elements hold there, and what using one does.

import { act } from "./deeds.js";
import { t } from "./texts.js";
import { toast } from "./toast.js";

const held = new Map();
const SILENT = new Set(["button", "feedback_buttons", "icon_button", "overflow"]);

/** `where`: {channel, ts} of a message, or {view} of a modal or the Home tab. */
export function place(where) {
  const key = where.view ?? `${where.channel}/${where.ts}`;
  if (!held.has(key)) held.set(key, {});
  const values = held.get(key);
  return {
    where,
    values,
    async press(block, action, chosen) {
      const answer = await act("press", { where, block, action, chosen, state: state(values) });
      if (!answer.ok) toast(wrong(answer));
      else if (chosen.side) toast(t("thanks"));
    },
  };
}

/** What was held there is not needed any more. */
export function leave(view) {
  held.delete(view);
}

/** Values as Slack sends them: of elements that can hold one. */
export function state(values) {
  const kept = ([block, actions]) => [block, Object.fromEntries(Object.entries(actions).filter(([, value]) => !SILENT.has(value.type)))];
  return Object.fromEntries(Object.entries(values).map(kept).filter(([, actions]) => Object.keys(actions).length));
}

/** Why something did not work, in words. */
export function wrong(answer) {
  const said = t(answer.error);
  return said === answer.error ? t("failed", answer.error) : said;
}
