// Short news at the edge of the page.

import { el } from "./dom.js";

const box = el("div", { class: "toasts", role: "status", "aria-live": "polite" });

export function toast(text) {
  if (!box.isConnected) document.body.append(box);
  const one = el("p", { class: "toast" }, text);
  box.append(one);
  setTimeout(() => one.remove(), 6000);
}

const live = el("div", { class: "unseen", "aria-live": "polite" });

/** For who listens to the page rather than looks at it. */
export function announce(text) {
  if (!live.isConnected) document.body.append(live);
  live.textContent = text;
}
