// The side: channels, the assistant, who one is, and the language.

import { el, icon } from "./dom.js";
import { avatar, signs } from "./message.js";
import { store, user } from "./store.js";
import { language, t } from "./texts.js";

/** `go(room)`, `be(user)`, `tongue(language)` are what can be chosen; `now` is the room that is open. */
export function side({ now, go, be, tongue }) {
  const { state } = store;
  return el(
    "nav",
    { class: "side", "aria-label": t("menu") },
    el("header", {}, el("img", { src: "/static/mark.svg", alt: "", class: "mark" }), el("div", {}, el("strong", {}, state.team), el("small", {}, t("local")))),
    el(
      "div",
      { class: "rooms" },
      el("h2", {}, t("apps")),
      item({ id: state.dm, name: user(state.bot).name, face: avatar(state.bot), open: now === state.dm || now === "home", go }),
      el("h2", {}, t("channels")),
      state.channels.map((each) => item({ id: each.id, name: each.name, face: icon(each.is_private ? "lock" : each.is_ext_shared ? "link" : "hash"), open: now === each.id, go, title: each.topic?.value })),
    ),
    el(
      "div",
      { class: "selves" },
      el("h2", { id: "people" }, t("people")),
      el("div", { role: "radiogroup", "aria-labelledby": "people" }, Object.values(state.users).filter((each) => !each.is_bot).map((each) => self(each, be))),
      el("div", { class: "tongues", role: "group", "aria-label": t("language_choice") }, [["en", "English"], ["pt-BR", "Português"]].map(([code, name]) => el("button", { type: "button", lang: code, "aria-pressed": String(language() === code), onclick: () => tongue(code) }, name))),
    ),
  );
}

function item({ id, name, face, open, go, title }) {
  const unread = store.unread.has(id);
  return el("button", { type: "button", class: `room${unread ? " unread" : ""}`, "aria-current": open ? "page" : null, title, onclick: () => go(id) }, face, el("span", {}, name), unread && el("span", { class: "sign" }, t("new")));
}

function self(each, be) {
  const me = each.id === store.me;
  return el("button", { type: "button", class: "self", role: "radio", "aria-checked": String(me), onclick: () => be(each.id) }, avatar(each.id), el("span", {}, el("span", { class: "self-name" }, each.name, ...signs(each.id, each)), el("small", {}, each.title)));
}
