// Slack's mrkdwn, and Markdown of `markdown` blocks, as nodes. Whatever is not understood stays text.

import { el, link } from "./dom.js";
import { channel, store, user } from "./store.js";

const EMOJI = {
  wave: "👋", tada: "🎉", white_check_mark: "✅", warning: "⚠️", x: "❌", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  eyes: "👀", rocket: "🚀", bulb: "💡", memo: "📝", calendar: "📅", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bell: "🔔", red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", hourglass: "⌛", lock: "🔒", question: "❓",
};

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mention(id) {
  const me = id === store.me ? " me" : "";
  return el("span", { class: `mention${me}` }, `@${user(id).name}`);
}

/** mrkdwn: `*bold* _italic_ ~gone~ `code` <https://…|label> <@U1>`, quotes and code blocks. */
export function mrkdwn(text) {
  const nodes = [];
  text.split(/(```[\s\S]*?```)/).forEach((part) => {
    if (part.startsWith("```") && part.length > 5) nodes.push(el("pre", {}, unescape(part.slice(3, -3).replace(/^\n/, ""))));
    else if (part) nodes.push(...lines(part));
  });
  return nodes;
}

function lines(text) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, at) => {
    const quoted = /^(&gt;|>) ?/.exec(line);
    if (quoted) {
      if (!quote) nodes.push((quote = el("blockquote")));
      else quote.append(el("br"));
      quote.append(...inline(line.slice(quoted[0].length)));
      return;
    }
    if (at && !quote) nodes.push(el("br"));
    quote = null;
    nodes.push(...inline(line));
  });
  return nodes;
}

const INLINE = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])|:([a-z0-9_+-]+):/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(unescape(text.slice(from, found.index)));
    from = found.index + found[0].length;
    nodes.push(run(found));
  }
  nodes.push(unescape(text.slice(from)));
  return nodes.filter((node) => node !== "");
}

function run([, pointed, code, bold, italic, gone, name]) {
  if (pointed) return pointer(pointed);
  if (code) return el("code", {}, unescape(code));
  if (bold) return el("strong", {}, ...inline(bold));
  if (italic) return el("em", {}, ...inline(italic));
  if (gone) return el("s", {}, ...inline(gone));
  return emoji(name);
}

function pointer(pointed) {
  const [target, label] = pointed.split("|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return el("span", { class: "mention" }, `#${channel(target.slice(1))?.name ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date")) return unescape(label ?? "");
  if (target.startsWith("!")) return el("span", { class: "mention" }, `@${target.slice(1).split("^")[0]}`);
  return link(unescape(target), unescape(label ?? target));
}

/** Markdown: headings, lists, tables, quotes, code, emphasis and links. */
export function markdown(text) {
  const nodes = [], rest = text.split("\n");
  while (rest.length) nodes.push(...piece(rest));
  return nodes;
}

function piece(rest) {
  const line = rest.shift();
  const heading = /^(#{1,6}) (.*)/.exec(line);
  if (heading) return [el("p", { class: "heading", role: "heading", "aria-level": String(heading[1].length + 2) }, ...words(heading[2]))];
  if (line.startsWith("```")) return [el("pre", {}, until(rest, (each) => each.startsWith("```")).join("\n"))];
  if (/^\s*([-*+]|\d+\.) /.test(line)) return [list([line, ...whilst(rest, (each) => /^\s*([-*+]|\d+\.) /.test(each))])];
  if (line.startsWith("|")) return [grid([line, ...whilst(rest, (each) => each.startsWith("|"))])];
  if (line.startsWith(">")) return [el("blockquote", {}, ...words([line, ...whilst(rest, (each) => each.startsWith(">"))].map((each) => each.replace(/^> ?/, "")).join("\n")))];
  if (/^(-{3,}|\*{3,})$/.test(line.trim())) return [el("hr")];
  return line.trim() ? [el("p", {}, ...words(line))] : [];
}

function whilst(rest, good) {
  const taken = [];
  while (rest.length && good(rest[0])) taken.push(rest.shift());
  return taken;
}

function until(rest, end) {
  const taken = whilst(rest, (each) => !end(each));
  rest.shift();
  return taken;
}

function list(items) {
  const ordered = /^\s*\d/.test(items[0]);
  return el(ordered ? "ol" : "ul", {}, items.map((each) => el("li", {}, ...words(each.replace(/^\s*([-*+]|\d+\.) /, "")))));
}

function grid(rows) {
  const cells = rows.filter((row) => !/^\|[\s:|-]+\|?$/.test(row)).map((row) => row.replace(/^\||\|$/g, "").split("|"));
  return el("div", { class: "table", tabindex: "0" }, el("table", {}, cells.map((row, at) => el("tr", {}, row.map((cell) => el(at ? "td" : "th", {}, ...words(cell.trim())))))));
}

const WORDS = /\*\*(.+?)\*\*|__(.+?)__|\*([^*\n]+)\*|_([^_\n]+)_|~~(.+?)~~|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;

function words(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(WORDS)) {
    nodes.push(text.slice(from, found.index));
    from = found.index + found[0].length;
    const [, strong, strong2, em, em2, gone, code, label, url] = found;
    if (strong ?? strong2) nodes.push(el("strong", {}, ...words(strong ?? strong2)));
    else if (em ?? em2) nodes.push(el("em", {}, ...words(em ?? em2)));
    else if (gone) nodes.push(el("s", {}, gone));
    else if (code) nodes.push(el("code", {}, code));
    else nodes.push(link(url, label));
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}
