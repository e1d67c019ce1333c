// A field in which typing offers options, after the ARIA combobox pattern: arrows move, Enter takes, Esc closes.

import { el, icon } from "./dom.js";
import { t } from "./texts.js";

let made = 0;

/**
 * `source(typed)` gives groups of options, null where more must be typed, or `{error}`. `choose(all)` hears of every
 * change. With `many`, what is chosen stands before the field as pieces that can be taken away.
 */
export function combobox({ source, chosen, many, most, choose, label }) {
  const id = `combobox-${++made}`;
  let all = [...chosen], shown = [], at = -1, asked = 0, timer = 0;
  const list = el("ul", { role: "listbox", id: `${id}-list`, class: "options", hidden: true });
  const note = el("p", { class: "options-note", role: "status", hidden: true });
  const field = el("input", {
    type: "text", role: "combobox", class: "field", autocomplete: "off", placeholder: label, "aria-label": label, "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list",
    oninput: () => ask(150), onfocus: () => ask(0), onblur: () => setTimeout(close, 150), onkeydown: key,
  });
  const pieces = el("span", { class: "pieces" });
  const box = el("div", { class: `combobox${many ? " many" : ""}` }, pieces, field, list, note);

  function ask(wait) {
    clearTimeout(timer);
    timer = setTimeout(offer, wait);
  }

  async function offer() {
    const mine = ++asked, typed = !many && all[0]?.text.text === field.value ? "" : field.value.trim();
    if (!list.hidden) say(t("searching"));
    const groups = await source(typed);
    if (mine !== asked || document.activeElement !== field) return;
    if (groups === null) return close();
    if (groups.error) return say(groups.error);
    show(groups);
  }

  function show(groups) {
    const free = (option) => !many || !all.some((each) => each.value === option.value);
    shown = groups.flatMap((group) => group.options ?? []).filter(free);
    at = shown.length ? 0 : -1;
    const rows = groups.flatMap((group) => [group.label && el("li", { class: "group", role: "presentation" }, group.label.text), ...(group.options ?? []).filter(free).map(row)]);
    list.replaceChildren(...rows.filter(Boolean));
    list.hidden = !shown.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    if (shown.length) note.hidden = true;
    else say(t("nothing_found"));
    mark();
  }

  function row(option) {
    const take = (event) => {
      event.preventDefault();
      pick(option);
    };
    return el("li", { role: "option", id: `${id}-${shown.indexOf(option)}`, onmousedown: take }, option.text.text, option.description && el("small", {}, option.description.text));
  }

  function say(text) {
    note.textContent = text;
    note.hidden = false;
  }

  function mark() {
    [...list.querySelectorAll("[role=option]")].forEach((each, n) => {
      each.setAttribute("aria-selected", String(n === at));
      if (n === at) each.scrollIntoView({ block: "nearest" });
    });
    if (at >= 0) field.setAttribute("aria-activedescendant", `${id}-${at}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function pick(option) {
    if (many && most && all.length >= most) return;
    all = many ? [...all, option] : [option];
    told();
    close();
  }

  function told() {
    refresh();
    choose(all);
  }

  function refresh() {
    if (!many) {
      field.value = all[0]?.text.text ?? "";
      return;
    }
    field.value = "";
    pieces.replaceChildren(...all.map((each) => el("span", { class: "piece" }, each.text.text, el("button", { type: "button", "aria-label": t("detach", each.text.text), onclick: () => drop(each) }, icon("close")))));
  }

  function drop(option) {
    all = all.filter((each) => each.value !== option.value);
    told();
    field.focus();
  }

  function close() {
    asked += 1;
    list.hidden = note.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    if (!many && field.value !== (all[0]?.text.text ?? "")) settle();
  }

  /** What was typed and not taken is no choice; an emptied field takes the choice back. */
  function settle() {
    if (!field.value.trim() && all.length) {
      all = [];
      choose(all);
    } else if (document.activeElement !== field) refresh();
  }

  function key(event) {
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return ask(0);
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
      return mark();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (open && at >= 0) pick(shown[at]);
    }
    if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    if (event.key === "Backspace" && many && !field.value && all.length) drop(all.at(-1));
  }

  refresh();
  return box;
}
