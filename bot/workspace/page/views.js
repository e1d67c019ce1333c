// Modals and the Home tab.

import { blocks } from "./blocks.js";
import { act } from "./deeds.js";
import { el, iconButton } from "./dom.js";
import { leave, place, state, wrong } from "./place.js";
import { store } from "./store.js";
import { t } from "./texts.js";
import { toast } from "./toast.js";

let shown = { id: "", hash: "" }, before = null, busy = false;
const dialog = el("dialog", { class: "modal", oncancel: (event) => (event.preventDefault(), close()) });

/** Show the modal on top of the stack, or none. */
export function modals() {
  const top = store.state.modals.at(-1);
  if (!top) return away();
  if (top.id === shown.id && top.hash === shown.hash) return;
  const same = top.id === shown.id, focused = same ? document.activeElement?.id : "";
  shown = { id: top.id, hash: top.hash };
  dialog.replaceChildren(form(top));
  dialog.setAttribute("aria-labelledby", "modal-title");
  if (!dialog.isConnected) document.body.append(dialog);
  if (!dialog.open) {
    before = document.activeElement;
    dialog.showModal();
  }
  (document.getElementById(focused) ?? dialog.querySelector("[autofocus]") ?? dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select, .modal-body button"))?.focus();
}

function away() {
  if (!dialog.open) return;
  leave(shown.id);
  shown = { id: "", hash: "" };
  dialog.close();
  if (before?.isConnected) before.focus();
}

function form(view) {
  const here = place({ view: view.id });
  const wants = view.submit || view.blocks.some((block) => block.type === "input");
  return el(
    "form",
    { method: "dialog", novalidate: true, onsubmit: (event) => (event.preventDefault(), submit(view, here)) },
    el("header", {}, el("h2", { id: "modal-title" }, view.title.text), iconButton("close", t("close"), close)),
    el("div", { class: "modal-body" }, blocks(view.blocks, here)),
    el("footer", {}, el("button", { type: "button", class: "button", onclick: close }, view.close?.text ?? t("cancel")), wants && el("button", { type: "submit", class: "button primary" }, view.submit?.text ?? t("send"))),
  );
}

async function close() {
  const view = shown.id;
  if (view) await act("close", { view });
  leave(view);
}

async function submit(view, here) {
  if (busy) return;
  busy = true;
  const button = dialog.querySelector("[type=submit]");
  button?.setAttribute("aria-busy", "true");
  const answer = await act("submit", { view: view.id, values: state(here.values) });
  busy = false;
  button?.removeAttribute("aria-busy");
  if (!answer.ok) toast(wrong(answer));
  mistakes(answer.errors ?? {});
}

/** Say under each field what is wrong with it, and go to the first. */
function mistakes(errors) {
  for (const block of dialog.querySelectorAll("[data-block]")) {
    const why = errors[block.dataset.block];
    block.querySelector(".wrong").textContent = why ? (why.text ?? t(why.code)) : "";
    block.classList.toggle("mistaken", Boolean(why));
    const field = block.querySelector("input, textarea, select");
    if (why) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
  dialog.querySelector(".mistaken")?.querySelector("input, textarea, select")?.focus();
}

export function home() {
  const view = store.state.home;
  if (!view) return el("p", { class: "empty" }, t("home_waits"));
  return el("div", { class: "home blocks" }, blocks(view.blocks, place({ view: view.id })));
}
