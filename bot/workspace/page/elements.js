// Interactive elements. Each keeps what it holds in `place.values` and tells `place.press` when it is used.

import { combobox } from "./combobox.js";
import { act } from "./deeds.js";
import { el, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { store } from "./store.js";
import { t } from "./texts.js";

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function element(held, block, place) {
  const made = (ELEMENTS[held.type] ?? unknown)(held, new Hold(held, block, place));
  if (held.focus_on_load) made.setAttribute("autofocus", "");
  return made;
}

const unknown = (held) => el("span", { class: "unknown" }, `[${held.type}]`);

/** What an element holds, and how others hear of it. */
class Hold {
  constructor(held, block, place) {
    Object.assign(this, { held, block, place });
    const values = (place.values[block.block_id] ??= {});
    this.before = values[held.action_id];
    this.keep(this.before ?? initial(held));
  }

  keep(value) {
    this.place.values[this.block.block_id][this.held.action_id] = { type: this.held.type, ...value };
  }

  get value() {
    return this.place.values[this.block.block_id][this.held.action_id];
  }

  /** Something else was chosen: kept, and told where somebody listens. */
  async choose(value) {
    this.keep(value);
    if (this.block.type !== "input" || this.block.dispatch_action) await this.tell(value);
  }

  async tell(value = {}) {
    if (this.held.confirm && !(await sure(this.held.confirm))) return;
    await this.place.press(this.block.block_id, this.held.action_id, value);
  }
}

function initial(held) {
  const kept = Object.entries(held).filter(([name]) => name.startsWith("initial_"));
  const names = {
    initial_option: "selected_option", initial_options: "selected_options", initial_date: "selected_date", initial_time: "selected_time",
    initial_date_time: "selected_date_time", initial_user: "selected_user", initial_users: "selected_users", initial_value: "value",
    initial_conversation: "selected_conversation", initial_conversations: "selected_conversations", initial_channel: "selected_channel", initial_channels: "selected_channels",
  };
  return Object.fromEntries(kept.map(([name, value]) => [names[name] ?? name, value]));
}

const said = (text) => (text.type === "mrkdwn" ? mrkdwn(text.text) : [text.text]);

const ELEMENTS = {
  button: (held, hold) => {
    const attributes = { type: "button", class: `button ${held.style ?? ""}`, "aria-label": held.accessibility_label };
    const made = el("button", { ...attributes, onclick: () => busy(made, () => hold.tell()) }, held.text.text);
    return made;
  },
  feedback_buttons: (held, hold) => {
    const thumb = (side, shape) => {
      const { text } = held[`${side}_button`];
      const made = el("button", { type: "button", class: "icon-button thumb", "aria-label": text.text, title: text.text, "aria-pressed": "false", onclick: () => press(made, side) }, icon(shape));
      return made;
    };
    const both = [thumb("positive", "up"), thumb("negative", "down")];
    const press = async (made, side) => {
      both.forEach((each) => each.setAttribute("aria-pressed", String(each === made)));
      await hold.tell({ side });
    };
    return el("span", { class: "thumbs" }, both);
  },
  icon_button: (held, hold) => el("button", { type: "button", class: "button", onclick: () => hold.tell() }, held.text.text),
  overflow: (held, hold) => {
    const choose = (option) => () => {
      made.open = false;
      hold.tell({ selected_option: option });
    };
    const items = held.options.map((option) => el("button", { type: "button", onclick: choose(option) }, option.text.text));
    const made = el("details", { class: "menu" }, el("summary", { class: "icon-button", "aria-label": t("more") }, icon("dots")), el("div", { class: "menu-items" }, items));
    return made;
  },
  static_select: (held, hold) => {
    const all = held.options ?? held.option_groups.flatMap((group) => group.options);
    const option = (each) => el("option", { value: each.value, selected: hold.value.selected_option?.value === each.value }, each.text.text);
    const choices = held.options ? held.options.map(option) : held.option_groups.map((group) => el("optgroup", { label: group.label.text }, group.options.map(option)));
    const nothing = el("option", { value: "", selected: !hold.value.selected_option }, held.placeholder?.text ?? t("choose"));
    const choose = (event) => hold.choose({ selected_option: all.find((each) => each.value === event.target.value) ?? null });
    return el("select", { class: "select", "aria-label": held.placeholder?.text ?? t("choose"), onchange: choose }, nothing, choices);
  },
  multi_static_select: (held, hold) => picked(held, hold, fixed(options(held)), "selected_options", true),
  external_select: (held, hold) => picked(held, hold, suggested(held, hold), "selected_option", false),
  multi_external_select: (held, hold) => picked(held, hold, suggested(held, hold), "selected_options", true),
  users_select: (held, hold) => picked(held, hold, fixed(people()), "selected_user", false, (each) => each.value),
  multi_users_select: (held, hold) => picked(held, hold, fixed(people()), "selected_users", true, (each) => each.value),
  conversations_select: (held, hold) => picked(held, hold, fixed(rooms(true)), "selected_conversation", false, (each) => each.value),
  multi_conversations_select: (held, hold) => picked(held, hold, fixed(rooms(true)), "selected_conversations", true, (each) => each.value),
  channels_select: (held, hold) => picked(held, hold, fixed(rooms(false)), "selected_channel", false, (each) => each.value),
  multi_channels_select: (held, hold) => picked(held, hold, fixed(rooms(false)), "selected_channels", true, (each) => each.value),
  datepicker: (held, hold) => dated(held, hold, "date", "selected_date"),
  timepicker: (held, hold) => dated(held, hold, "time", "selected_time"),
  datetimepicker: (held, hold) => {
    const moment = hold.value.selected_date_time;
    const shown = moment ? new Date((moment - new Date().getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16) : "";
    return el("input", { type: "datetime-local", class: "field", value: shown, onchange: (event) => hold.choose({ selected_date_time: Math.floor(new Date(event.target.value) / 1000) }) });
  },
  checkboxes: (held, hold) => ticks(held, hold, "checkbox"),
  radio_buttons: (held, hold) => ticks(held, hold, "radio"),
  plain_text_input: (held, hold) => typed(held, hold, held.multiline ? "textarea" : "input", { type: held.multiline ? null : "text" }),
  number_input: (held, hold) => typed(held, hold, "input", { type: "text", inputmode: held.is_decimal_allowed ? "decimal" : "numeric" }),
  email_text_input: (held, hold) => typed(held, hold, "input", { type: "email" }),
  url_text_input: (held, hold) => typed(held, hold, "input", { type: "url" }),
};

function typed(held, hold, tag, attributes) {
  const dispatch = held.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const onkeydown = (event) => {
    if (event.key === "Enter" && tag === "input" && hold.block.dispatch_action && dispatch.includes("on_enter_pressed")) {
      event.preventDefault();
      hold.tell({ value: event.target.value });
    }
  };
  const oninput = (event) => {
    hold.keep({ value: event.target.value || null });
    if (hold.block.dispatch_action && dispatch.includes("on_character_entered")) hold.tell({ value: event.target.value });
  };
  const made = el(tag, { class: "field", placeholder: held.placeholder?.text, rows: tag === "textarea" ? "5" : null, ...attributes, oninput, onkeydown });
  made.value = hold.value.value ?? "";
  return made;
}

function dated(held, hold, type, name) {
  const label = held.placeholder?.text;
  return el("input", { type, class: "field", "aria-label": label, value: hold.value[name] ?? "", onchange: (event) => hold.choose({ [name]: event.target.value || null }) });
}

function ticks(held, hold, type) {
  const many = type === "checkbox", name = `choice-${hold.block.block_id}-${held.action_id}`;
  const now = () => (many ? (hold.value.selected_options ?? []) : hold.value.selected_option ? [hold.value.selected_option] : []);
  const change = (option) => (event) => {
    if (!many) return hold.choose({ selected_option: option });
    const others = now().filter((each) => each.value !== option.value);
    return hold.choose({ selected_options: event.target.checked ? [...others, option] : others });
  };
  const one = (option) => {
    const checked = now().some((each) => each.value === option.value);
    const words = el("span", {}, ...said(option.text), option.description && el("small", {}, ...said(option.description)));
    return el("label", { class: "tick" }, el("input", { type, name, checked, onchange: change(option) }), words);
  };
  return el("div", { class: "ticks", role: many ? "group" : "radiogroup" }, held.options.map(one));
}

function picked(held, hold, source, name, many, form = (each) => each) {
  const known = (value) => (typeof value === "string" ? ([...people(), ...rooms(true)].find((each) => each.value === value) ?? { value, text: { text: value } }) : value);
  const now = hold.value[name];
  const chosen = (many ? (now ?? []) : now ? [now] : []).map(known);
  const choose = (all) => hold.choose({ [name]: many ? all.map(form) : all.length ? form(all[0]) : null });
  return combobox({ source, chosen, many, most: held.max_selected_items, choose, label: held.placeholder?.text ?? t("search") });
}

const options = (held) => held.options ?? held.option_groups.flatMap((group) => group.options);
const fixed = (all) => async (typed) => [{ options: all.filter((each) => fold(each.text.text).includes(fold(typed))) }];
const people = () => Object.values(store.state.users).filter((each) => !each.is_bot).map((each) => ({ value: each.id, text: { text: each.name } }));

function rooms(direct) {
  const channels = store.state.channels.map((each) => ({ value: each.id, text: { text: `#${each.name}` } }));
  return direct ? [...channels, ...people()] : channels;
}

const suggested = (held, hold) => async (typed) => {
  if (typed.length < (held.min_query_length ?? 3)) return null;
  const where = hold.place.where;
  const answer = await act("suggest", { where, block: hold.block.block_id, action: held.action_id, typed });
  return answer.ok ? answer.groups : { error: t(answer.error) };
};

async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  await work();
  button.removeAttribute("aria-busy");
}

function sure(confirm) {
  return new Promise((decide) => {
    const end = (good) => () => {
      decide(good);
      dialog.close();
    };
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = el(
      "dialog",
      { class: "confirm", "aria-label": confirm.title.text, onclose: () => (decide(false), dialog.remove()) },
      el("h2", {}, confirm.title.text),
      el("p", {}, ...said(confirm.text)),
      el("div", { class: "ends" }, el("button", { type: "button", class: "button", onclick: end(false) }, confirm.deny.text), el("button", { type: "button", class: `button ${style}`, onclick: end(true) }, confirm.confirm.text)),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
