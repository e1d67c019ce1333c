// What the page says, in the language of whoever is looking.

let said = {};

export async function speak(language) {
  said = await (await fetch(`/page/texts/${language}`)).json();
  document.documentElement.lang = said.language;
}

export function t(name, value = "") {
  return (said[name] ?? name).replace("%s", () => value);
}

export const language = () => said.language ?? "en";

export function clock(ts) {
  return new Date(ts * 1000).toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit" });
}

export function day(ts) {
  const then = new Date(ts * 1000), today = new Date(), yesterday = new Date(Date.now() - 864e5);
  if (then.toDateString() === today.toDateString()) return t("today");
  if (then.toDateString() === yesterday.toDateString()) return t("yesterday");
  return then.toLocaleDateString(language(), { weekday: "long", day: "numeric", month: "long" });
}

export function bytes(size) {
  const unit = size < 1024 ? "byte" : size < 1024 ** 2 ? "kilobyte" : "megabyte";
  const value = { byte: size, kilobyte: size / 1024, megabyte: size / 1024 ** 2 }[unit];
  return new Intl.NumberFormat(language(), { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}
