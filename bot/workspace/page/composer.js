// Where one writes: Enter sends, Shift+Enter breaks the line, @ offers people, / offers commands.

import { act, upload } from "./deeds.js";
import { el, icon, iconButton } from "./dom.js";
import { avatar } from "./message.js";
import { wrong } from "./place.js";
import { channel as room, store, user } from "./store.js";
import { bytes, t } from "./texts.js";
import { toast } from "./toast.js";

const drafts = new Map();
let made = 0;

/** `sent(answer)` hears of each message; a command has no `ts`. */
export function composer({ channel, thread, label, sent }) {
  const id = `composer-${++made}`, key = `${store.me}/${channel}/${thread}`;
  const draft = drafts.get(key) ?? { text: "", files: [] };
  drafts.set(key, draft);
  let offered = [], at = 0;

  const field = el("textarea", { rows: "1", "aria-label": label, placeholder: label, role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", oninput: typed, onkeydown: key_, onblur: () => setTimeout(close, 150) });
  const list = el("ul", { class: "options over", role: "listbox", id, hidden: true });
  const held = el("div", { class: "held" });
  const picker = el("input", { type: "file", multiple: true, hidden: true, onchange: () => attach([...picker.files]) });
  const go = iconButton("send", t("send"), send, { class: "icon-button go" });
  const box = el("form", { class: "composer", onsubmit: (event) => event.preventDefault() }, list, held, field, el("div", { class: "bar" }, iconButton("clip", t("attach"), () => picker.click()), shortcuts(), el("span", { class: "tip" }, t("by_command")), go), picker);
  field.value = draft.text;
  box.write = (text) => {
    field.value = text;
    typed();
    field.focus();
  };
  box.focusField = () => field.focus();

  function typed() {
    draft.text = field.value;
    fit();
    go.disabled = !field.value.trim() && !draft.files.length;
    offer();
  }

  function fit() {
    field.style.height = "auto";
    if (field.scrollHeight) field.style.height = `${Math.min(field.scrollHeight, 180)}px`;
  }

  function offer() {
    const before = field.value.slice(0, field.selectionStart);
    const name = /(?:^|\s)@([\p{L}\d .'-]*)$/u.exec(before), command = /^\/(\S*)$/.exec(before);
    if (command) return show(store.state.features.commands.filter((each) => each.command.startsWith(before) && each.command !== before).map(commandOffer));
    if (name) return show(people(name[1]).map((each) => personOffer(each, name[1])));
    return close();
  }

  function people(typed_) {
    const here = room(channel)?.members ?? Object.keys(store.state.users);
    const found = Object.values(store.state.users).filter((each) => each.name.toLowerCase().startsWith(typed_.toLowerCase()) && each.id !== store.me);
    return found.sort((one, other) => here.includes(other.id) - here.includes(one.id) || other.is_bot - one.is_bot).slice(0, 6);
  }

  const personOffer = (each, typed_) => ({ nodes: [avatar(each.id), el("span", {}, each.name), el("small", {}, each.title)], take: () => put(typed_.length + 1, `@${each.name} `) });
  const commandOffer = (each) => ({ nodes: [el("strong", {}, each.command), el("span", {}, each.usage_hint ?? ""), el("small", {}, each.description)], take: () => put(field.selectionStart, `${each.command} `) });

  function put(back, text) {
    const end = field.selectionStart;
    field.setRangeText(text, end - back, end, "end");
    close();
    draft.text = field.value;
    go.disabled = false;
    field.focus();
  }

  function show(all) {
    offered = all;
    at = 0;
    list.replaceChildren(...all.map((each, n) => el("li", { role: "option", id: `${id}-${n}`, onmousedown: (event) => (event.preventDefault(), each.take()) }, each.nodes)));
    list.hidden = !all.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  function mark() {
    [...list.children].forEach((each, n) => each.setAttribute("aria-selected", String(n === at)));
    if (offered.length) field.setAttribute("aria-activedescendant", `${id}-${at}`);
  }

  function close() {
    offered = [];
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function key_(event) {
    if (offered.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
      return mark();
    }
    if (offered.length && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      return offered[at].take();
    }
    if (offered.length && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  }

  async function attach(files) {
    for (const each of files) {
      const answer = await upload(each);
      if (answer.ok) draft.files.push(answer.file);
      else toast(wrong(answer));
    }
    picker.value = "";
    showFiles();
  }

  function showFiles() {
    const drop = (file) => () => {
      draft.files = draft.files.filter((each) => each !== file);
      showFiles();
    };
    held.replaceChildren(...draft.files.map((file) => el("span", { class: "piece" }, icon("file"), `${file.name} · ${bytes(file.size)}`, el("button", { type: "button", "aria-label": t("detach", file.name), onclick: drop(file) }, icon("close")))));
    typed();
  }

  async function send() {
    const text = field.value.trim(), files = draft.files.map((each) => each.id);
    if (!text && !files.length) return;
    field.value = "";
    draft.files = [];
    showFiles();
    const answer = text.startsWith("/") ? await act("command", { channel, text }) : await act("say", { channel, text, thread, files });
    if (answer.ok) return sent(answer);
    if (!field.value) box.write(text); // what was typed is kept
    toast(wrong(answer));
  }

  function shortcuts() {
    const all = store.state.features.shortcuts.filter((each) => each.type === "global");
    if (!all.length) return null;
    const choose = (shortcut) => async () => {
      menu.open = false;
      const answer = await act("shortcut", { callback: shortcut.callback_id });
      if (!answer.ok) toast(wrong(answer));
    };
    const items = all.map((each) => el("button", { type: "button", onclick: choose(each) }, each.name, el("small", {}, each.description)));
    const menu = el("details", { class: "menu upward" }, el("summary", { class: "icon-button", "aria-label": t("shortcuts"), title: t("shortcuts") }, icon("bolt")), el("div", { class: "menu-items" }, items));
    return menu;
  }

  showFiles();
  return box;
}

export const nameOf = (channel) => (channel.startsWith("D") ? user(store.state.bot).name : `#${room(channel)?.name ?? channel}`);
