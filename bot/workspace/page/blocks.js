// Block Kit: each block as an element. `place` says where it stands and what using an element does.

import { fileAddress } from "./deeds.js";
import { el, link } from "./dom.js";
import { element } from "./elements.js";
import { emoji, markdown, mention, mrkdwn } from "./mrkdwn.js";
import { channel } from "./store.js";
import { language, t } from "./texts.js";

export function blocks(all, place) {
  return all.map((block) => BLOCKS[block.type]?.(block, place) ?? el("p", { class: "block unknown" }, `[${block.type}]`));
}

/** A text object: plain text as it is, mrkdwn read. */
export function text(object) {
  return object.type === "mrkdwn" ? mrkdwn(object.text) : [object.text];
}

const BLOCKS = {
  header: (block) => el("h3", { class: "block header" }, block.text.text),
  divider: () => el("hr", { class: "block" }),
  section: (block, place) =>
    el(
      "div",
      { class: `block section${block.accessory ? " with-accessory" : ""}` },
      el(
        "div",
        { class: "section-text" },
        block.text && el("div", { class: "text" }, ...text(block.text)),
        block.fields && el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "text" }, ...text(field)))),
      ),
      block.accessory && el("div", { class: "accessory" }, block.accessory.type === "image" ? picture(block.accessory) : element(block.accessory, block, place)),
    ),
  context: (block) =>
    el("div", { class: "block context" }, block.elements.map((each) => (each.type === "image" ? picture(each) : el("span", { class: "text" }, ...text(each))))),
  actions: (block, place) => el("div", { class: "block actions" }, block.elements.map((each) => element(each, block, place))),
  context_actions: (block, place) => el("div", { class: "block context-actions" }, block.elements.map((each) => element(each, block, place))),
  image: (block) => el("figure", { class: "block image" }, block.title && el("figcaption", {}, block.title.text), picture(block)),
  table: (block) => table(block),
  rich_text: (block) => el("div", { class: "block rich" }, block.elements.map(rich)),
  markdown: (block) => el("div", { class: "block rich" }, ...markdown(block.text)),
  input: (block, place) => input(block, place),
};

/** A picture of the workspace, to be opened large; one from elsewhere is only linked to. */
function picture(image) {
  const file = image.slack_file?.id;
  if (!file) return link(image.image_url ?? "", image.alt_text);
  const shown = el("img", { src: fileAddress(file), alt: image.alt_text, loading: "lazy" });
  return el("button", { type: "button", class: "picture", "aria-label": `${t("picture")}: ${image.alt_text}`, onclick: () => enlarge(shown.src, image.alt_text) }, shown);
}

export function enlarge(src, alt) {
  const dialog = el("dialog", { class: "lightbox", "aria-label": alt, onclick: () => dialog.close(), onclose: () => dialog.remove() }, el("img", { src, alt }), el("button", { type: "button", class: "quiet" }, t("close")));
  document.body.append(dialog);
  dialog.showModal();
}

function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (held, row, at) => {
    const kinds = [settings[at]?.align, settings[at]?.is_wrapped && "wrapped"].filter(Boolean).join(" ");
    return el(row ? "td" : "th", { class: kinds, ...(row ? {} : { scope: "col" }) }, ...cellText(held));
  };
  const rows = block.rows.map((row, at) => el("tr", {}, row.map((held, column) => cell(held, at, column))));
  const label = block.rows[0].map((held) => cellText(held).map((node) => node.textContent ?? node).join("")).join(", ");
  return el("div", { class: "block table", role: "region", tabindex: "0", "aria-label": label }, el("table", {}, el("thead", {}, rows[0]), el("tbody", {}, rows.slice(1))));
}

function cellText(held) {
  if (held.type === "rich_text") return held.elements.map(rich);
  return [held.type === "raw_number" ? new Intl.NumberFormat(language()).format(held.value) : held.text];
}

function rich(part) {
  switch (part.type) {
    case "rich_text_list":
      return el(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` }, part.elements.map((item) => el("li", {}, ...item.elements.map(run))));
    case "rich_text_preformatted":
      return el("pre", { tabindex: "0" }, part.elements.map(run));
    case "rich_text_quote":
      return el("blockquote", {}, part.elements.map(run));
    default:
      return el("p", {}, part.elements.map(run));
  }
}

function run(part) {
  switch (part.type) {
    case "user":
      return mention(part.user_id);
    case "channel":
      return el("span", { class: "mention" }, `#${channel(part.channel_id)?.name ?? part.channel_id}`);
    case "emoji":
      return emoji(part.name);
    case "link":
      return link(part.url, part.text ?? part.url);
    case "date":
      return new Date(part.timestamp * 1000).toLocaleDateString(language());
    case "broadcast":
      return el("span", { class: "mention" }, `@${part.range}`);
    default:
      return styled(part);
  }
}

function styled({ text: said = "", style = {} }) {
  return Object.entries({ bold: "strong", italic: "em", strike: "s", code: "code" }).reduce((inner, [name, tag]) => (style[name] ? el(tag, {}, inner) : inner), said);
}

/** A labelled field of a modal, with room for what is wrong with it. */
function input(block, place) {
  const id = `field-${block.block_id}`;
  const made = element(block.element, block, place);
  const held = made.matches("input, textarea, select") ? made : (made.querySelector("input, textarea, select") ?? made);
  held.id = id;
  held.removeAttribute("aria-label"); // the label says it
  held.setAttribute("aria-describedby", `${id}-wrong ${id}-hint`);
  const many = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const label = [block.label.text, block.optional && el("span", { class: "optional" }, ` ${t("optional")}`)];
  return el(
    many ? "fieldset" : "div",
    { class: "block input", "data-block": block.block_id },
    many ? el("legend", {}, ...label) : el("label", { for: id }, ...label),
    made,
    block.hint && el("p", { class: "hint", id: `${id}-hint` }, block.hint.text),
    el("p", { class: "wrong", id: `${id}-wrong`, role: "alert" }),
  );
}
