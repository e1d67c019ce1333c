// Elements from data. Text is only ever set as text: nothing that anybody wrote becomes markup.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function set(made, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
  else if (name === "style") for (const [rule, said] of Object.entries(value)) made.style.setProperty(rule, said);
  else if (name in made && typeof value !== "string") made[name] = value;
  else made.setAttribute(name, value === true ? "" : value);
}

const SHAPES = {
  send: "M3 11.5 21 3l-6.5 18-3-7.5z M11.5 13.5 21 3",
  clip: "M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L10 16.8a1.6 1.6 0 0 1-2.3-2.3l7.5-7.4",
  bolt: "M13 2 4.5 13.5H11L10 22l8.5-11.5H12z",
  close: "M5 5l14 14 M19 5 5 19",
  menu: "M4 6h16 M4 12h16 M4 18h16",
  thread: "M4 5h16v11H10l-5 4v-4H4z",
  hash: "M9 4 7 20 M17 4l-2 16 M4 9h17 M3 15h17",
  lock: "M6 11h12v9H6z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  link: "M9 15l6-6 M8 12l-2.5 2.5a3.5 3.5 0 0 0 5 5L13 17 M16 12l2.5-2.5a3.5 3.5 0 0 0-5-5L11 7",
  up: "M7 11v9H4v-9z M7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9h5a2 2 0 0 1 2 2.3l-1 7A2 2 0 0 1 17.500 20H7",
  down: "M17 13V4h3v9z M17 13l-4 8a2.500 2.500 0 0 1-2.500-2.500V15h-5a2 2 0 0 1-2-2.300l1-7A2 2 0 0 1 6.500 4H17",
  file: "M6 2.500h8l4 4V21.500H6z M14 2.500v4h4",
  dots: "M5 12h.01 M12 12h.01 M19 12h.01",
  back: "M15 5l-7 7 7 7",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" })) svg.setAttribute(key, value);
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button that shows an icon and says its name. */
export function iconButton(name, label, onclick, more = {}) {
  return el("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...more }, icon(name));
}

/** Keep `parent` holding exactly these children, leaving those that are there already untouched. */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}

/** Only addresses of the web can be followed. */
export function link(url, ...children) {
  const safe = /^https?:\/\//i.test(url);
  return safe ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children) : el("span", {}, ...children);
}
