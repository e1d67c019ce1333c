// One message: who, when, what; its files, its thread, and what can be done with it.

import { blocks, enlarge } from "./blocks.js";
import { act, fileAddress } from "./deeds.js";
import { el, icon, iconButton } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { place, wrong } from "./place.js";
import { isBot, store, user } from "./store.js";
import { bytes, clock, t } from "./texts.js";
import { toast } from "./toast.js";

export function avatar(id) {
  const who = user(id);
  if (isBot(id)) return el("img", { class: "avatar", src: "/static/mark.svg", alt: "" });
  const letters = who.name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");
  return el("span", { class: "avatar", style: { "--of": who.color || "#64748b" }, "aria-hidden": "true" }, letters);
}

/** `thread`: {replies, status, open} of a message that heads one; null inside a thread. */
export function message(said, channel, thread) {
  const who = user(said.user);
  const name = `${who.name}, ${clock(said.ts)}`;
  return el(
    "article",
    { class: `message${said.ephemeral ? " whisper" : ""}${isBot(said.user) ? " app" : ""}`, "data-ts": said.ts, "aria-label": name, tabindex: "-1" },
    avatar(said.user),
    el(
      "div",
      { class: "said" },
      said.ephemeral && el("p", { class: "only-you" }, icon("lock"), t("only_you")),
      el("p", { class: "who" }, el("strong", {}, who.name), ...signs(said.user, who), el("time", { datetime: new Date(said.ts * 1000).toISOString() }, clock(said.ts))),
      body(said, channel),
      said.files?.map(file),
      said.reactions && el("p", { class: "reactions" }, said.reactions.map((each) => el("span", {}, ...mrkdwn(`:${each.name}:`), ` ${each.count}`))),
      thread && replies(thread),
    ),
    tools(said, channel, thread),
  );
}

export function signs(id, who) {
  const names = [isBot(id) && t("app"), who.is_restricted && t("guest"), who.is_stranger && t("elsewhere")];
  return names.filter(Boolean).map((name) => el("span", { class: "sign" }, name));
}

function body(said, channel) {
  if (said.blocks?.length) return el("div", { class: "blocks" }, blocks(said.blocks, place({ channel, ts: said.ts })));
  return said.text ? el("div", { class: "text" }, ...mrkdwn(said.text)) : null;
}

function file(held) {
  const address = fileAddress(held.id);
  if (held.mimetype.startsWith("image/")) {
    return el("button", { type: "button", class: "picture", "aria-label": held.title, onclick: () => enlarge(address, held.alt_txt || held.title) }, el("img", { src: address, alt: held.alt_txt || held.title }));
  }
  return el("a", { class: "file", href: address, download: held.name }, icon("file"), el("span", {}, el("strong", {}, held.title), el("small", {}, `${bytes(held.size)} · ${t("download")}`)));
}

function replies({ replies: all, status, open }) {
  if (status) return el("button", { type: "button", class: "replies busy", onclick: open }, el("span", { class: "dots", "aria-hidden": "true" }), status);
  if (!all.length) return null;
  const faces = [...new Set(all.map((each) => each.user))].slice(0, 3).map(avatar);
  const count = all.length === 1 ? t("one_reply") : t("replies", all.length);
  return el("button", { type: "button", class: "replies", onclick: open }, faces, el("span", {}, count), el("small", {}, clock(all.at(-1).ts)));
}

function tools(said, channel, thread) {
  const shortcuts = store.state.features.shortcuts.filter((each) => each.type === "message");
  const choose = (shortcut) => async () => {
    const answer = await act("shortcut", { callback: shortcut.callback_id, channel, ts: said.ts });
    if (!answer.ok) toast(wrong(answer));
  };
  const items = shortcuts.map((each) => el("button", { type: "button", onclick: choose(each) }, each.name));
  return el(
    "div",
    { class: "tools" },
    thread && !said.ephemeral && iconButton("thread", t("reply_in_thread"), thread.open),
    !said.ephemeral && items.length > 0 && el("details", { class: "menu" }, el("summary", { class: "icon-button", "aria-label": t("more"), title: t("more") }, icon("dots")), el("div", { class: "menu-items" }, items)),
  );
}
