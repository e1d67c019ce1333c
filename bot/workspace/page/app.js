// The page: who looks at which room and thread is in the address, so it can be kept, shared and gone back from.

import { composer, nameOf } from "./composer.js";
import { act } from "./deeds.js";
import { arrange, el, icon, iconButton } from "./dom.js";
import { message } from "./message.js";
import { side } from "./side.js";
import { become, channel, isBot, said, store, user, watch } from "./store.js";
import { day, speak, t } from "./texts.js";
import { announce, toast } from "./toast.js";
import { home, modals } from "./views.js";
import { wrong } from "./place.js";

const here = { room: "", thread: "" };
const rows = new Map(), parts = {};

async function start() {
  const people = await (await fetch("/page/people")).json();
  const [, asked] = location.hash.split("/");
  await turnInto(people.some((each) => each.id === asked) ? asked : people[0].id);
  watch(changed);
  addEventListener("hashchange", follow);
  addEventListener("keydown", escape);
  addEventListener("click", closeMenus);
  parts.app = el("div", { id: "app" });
  document.body.replaceChildren(parts.app);
  follow();
}

async function turnInto(id) {
  await become(id);
  rows.clear();
  await speak(store.state.users[id].locale === "pt-BR" ? "pt-BR" : "en");
}

/** Go where the address says. */
async function follow() {
  const [, who, room, thread = ""] = location.hash.split("/");
  if (who && who !== store.me) {
    await turnInto(who).catch(() => {});
    store.unread.clear();
  }
  here.room = exists(room) ? room : store.state.dm;
  here.thread = here.room === "home" ? "" : thread;
  store.unread.delete(here.room);
  if (here.room === "home" || here.room === store.state.dm) act("open_app", { tab: here.room === "home" ? "home" : "messages" });
  draw();
}

const exists = (room) => room === "home" || room === store.state.dm || Boolean(channel(room));

/** At once, not when the browser tells of the new address: what is typed right after a click belongs to the new room. */
function go(room, thread = "", who = store.me) {
  const to = `#/${who}/${room}${thread ? `/${thread}` : ""}`;
  parts.app.classList.remove("side-open");
  if (location.hash !== to) history.pushState(null, "", to);
  follow();
}

async function be(id) {
  const room = here.room === store.state.dm || here.room === "home" ? here.room.replace(store.me, id) : here.room;
  go(room, "", id);
}

async function tongue(code) {
  await act("language", { language: code === "en" ? "en-US" : code });
  store.state.users[store.me].locale = code === "en" ? "en-US" : code;
  await speak(code);
  rows.clear();
  if (here.room === "home") act("open_app", { tab: "home" });
  draw();
}

// -- drawing

function draw() {
  const inDm = here.room === store.state.dm;
  document.title = `${here.room === "home" ? t("home") : nameOf(here.room)} · ${t("title")}`;
  parts.list = el("div", { class: "list", role: "log", "aria-label": nameOf(here.room), "aria-live": "off", tabindex: "0" });
  parts.composer = here.room === "home" ? null : composer({ channel: here.room, thread: "", label: t("write", nameOf(here.room)), sent: (answer) => sent(answer, inDm) });
  const pane = el("main", { class: "pane" }, top(), inDm || here.room === "home" ? tabs() : null, here.room === "home" ? el("div", { class: "list home-list" }, home()) : parts.list, parts.composer);
  parts.app.replaceChildren(side({ now: here.room, go, be, tongue }), pane, ...threadPane(), el("button", { class: "shade", "aria-label": t("close"), tabindex: "-1", onclick: () => parts.app.classList.remove("side-open") }));
  parts.app.classList.toggle("with-thread", Boolean(here.thread));
  fill();
  bottom(parts.list);
  modals();
  (here.thread ? parts.reply : parts.composer)?.focusField();
}

function top() {
  const room = channel(here.room), app = !room;
  const name = app ? user(store.state.bot).name : room.name;
  const about = app ? t("app") : `${room.topic?.value ?? ""} · ${t("people_here", room.num_members)}`;
  const face = app ? el("img", { src: "/static/mark.svg", alt: "", class: "mark" }) : icon(room.is_private ? "lock" : room.is_ext_shared ? "link" : "hash");
  return el(
    "header",
    { class: "top" },
    iconButton("menu", t("menu"), () => parts.app.classList.toggle("side-open"), { class: "icon-button open-side" }),
    face,
    el("h1", {}, name),
    el("small", {}, about),
    room?.is_ext_shared && el("span", { class: "sign" }, t("shared")),
    el("span", { class: "offline", role: "status", hidden: store.online }, t("offline")),
  );
}

function tabs() {
  const tab = (room, name) => el("button", { type: "button", role: "tab", "aria-selected": String(here.room === room), onclick: () => go(room) }, name);
  return el("div", { class: "tabs", role: "tablist" }, tab(store.state.dm, t("chat")), tab("home", t("home")));
}

function threadPane() {
  if (!here.thread) return [];
  const title = el("h2", {}, t("thread")), close = () => go(here.room);
  parts.replies = el("div", { class: "list", role: "log", "aria-label": t("thread"), "aria-live": "off", tabindex: "0" });
  parts.reply = composer({ channel: here.room, thread: here.thread, label: t("reply"), sent: (answer) => sent(answer, false) });
  const bar = el("header", { class: "top" }, iconButton("back", t("back"), close, { class: "icon-button back" }), title, el("small", {}, nameOf(here.room)), iconButton("close", t("close"), close));
  return [el("aside", { class: "thread", "aria-label": t("thread") }, bar, parts.replies, parts.reply)];
}

/** Put every message of the room and the thread in its place; what did not change stays as it is. */
function fill() {
  if (here.room !== "home") arrange(parts.list, withDays(said(here.room).filter(heads).map(headRow)));
  if (here.thread) arrange(parts.replies, [...said(here.room).filter(inThread(here.thread)).map(threadRow), ...statusRow(here.thread)]);
}

const heads = (each) => !each.thread_ts || each.thread_ts === each.ts;
const inThread = (thread) => (each) => each.ts === thread || each.thread_ts === thread;
const status = (thread) => store.state.statuses.find(([room, of]) => room === here.room && of === thread)?.[2];

function headRow(each) {
  const replies = said(here.room).filter((other) => other.thread_ts === each.ts && other.ts !== each.ts);
  const thread = { replies, status: status(each.ts) && `${user(store.state.bot).name} ${status(each.ts)}`, open: () => go(here.room, each.ts) };
  return row(`head/${here.room}/${each.ts}`, JSON.stringify([each, replies.length, replies.at(-1)?.ts, thread.status]), () => message(each, here.room, thread));
}

const threadRow = (each) => row(`thread/${here.room}/${each.ts}`, JSON.stringify(each), () => message(each, here.room, null));

function row(key, version, make) {
  const known = rows.get(key);
  if (known?.version === version) return known.node;
  const node = make();
  rows.set(key, { version, node });
  return node;
}

function statusRow(thread) {
  const text = status(thread);
  if (!text) return [];
  return [row(`status/${thread}`, text, () => el("p", { class: "status", role: "status" }, el("span", { class: "dots", "aria-hidden": "true" }), `${user(store.state.bot).name} ${text}`))];
}

/** A line between one day and the next; where there is nothing yet, a beginning. */
function withDays(nodes) {
  const out = [row(`start/${here.room}`, t("start"), beginning)];
  let last = "";
  for (const node of nodes) {
    const name = day(Number(node.dataset.ts));
    if (name !== last) out.push(row(`day/${here.room}/${name}`, name, () => el("p", { class: "day" }, el("span", {}, name))));
    last = name;
    out.push(node);
  }
  return out;
}

function beginning() {
  const app = here.room === store.state.dm;
  const prompts = app ? store.state.prompts : [];
  const ask = (prompt) => async () => sent(await act("say", { channel: here.room, text: prompt.message }), true);
  return el(
    "div",
    { class: "beginning" },
    el("p", {}, t("start", nameOf(here.room))),
    prompts.length > 0 && el("p", { class: "try" }, t("try")),
    prompts.length > 0 && el("div", { class: "prompts" }, prompts.map((each) => el("button", { type: "button", class: "prompt", onclick: ask(each) }, el("strong", {}, each.title), el("span", {}, each.message)))),
  );
}

// -- what happens

function changed(kind, change) {
  if (kind === "everything") return draw();
  if (kind === "online") return parts.app.querySelector(".offline")?.toggleAttribute("hidden", store.online);
  if (kind === "modals") return modals();
  if (kind === "home") return here.room === "home" && parts.app.querySelector(".home-list").replaceChildren(home());
  if (kind === "prompts") rows.delete(`start/${store.state.dm}`);
  if (kind === "message") return arrived(change);
  return fill();
}

function arrived({ channel: room, message: news }) {
  if (isBot(news.user)) announce(`${user(news.user).name}: ${(news.text || "").split("\n")[0]}`);
  if (room !== here.room) {
    store.unread.add(room);
    parts.app.querySelector(".side").replaceWith(side({ now: here.room, go, be, tongue }));
    return;
  }
  const threaded = news.thread_ts && news.thread_ts !== news.ts;
  const list = threaded ? parts.replies : parts.list;
  const near = list && list.scrollHeight - list.scrollTop - list.clientHeight < 160;
  fill();
  if (list && (near || news.user === store.me)) settle(list, news);
}

/** Show the newest message; of one that is longer than the room, its beginning. */
function settle(list, news) {
  const node = [...list.children].find((each) => each.dataset.ts === news.ts);
  if (!node) return;
  if (node.offsetHeight > list.clientHeight - 40) list.scrollTop = node.offsetTop - 12;
  else bottom(list);
}

function bottom(list) {
  if (list) list.scrollTop = list.scrollHeight;
}

function sent(answer, open) {
  if (!answer.ok) return toast(wrong(answer));
  if (answer.absent) absent();
  if (open && answer.ts) go(here.room, answer.ts);
}

/** The assistant was mentioned where it is not: offer to bring it in. */
function absent() {
  const bring = async () => {
    box.remove();
    await act("invite", { channel: here.room });
  };
  const box = el("div", { class: "absent" }, el("p", {}, t("absent", user(store.state.bot).name)), el("button", { type: "button", class: "button primary", onclick: bring }, t("invite")));
  parts.list.after(box);
}

function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (parts.app.classList.contains("side-open")) parts.app.classList.remove("side-open");
  else if (here.thread) go(here.room);
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
}

start();
