// What is asked of the server.

import { store } from "./store.js";

const headers = { "Content-Type": "application/json", "X-Page": "workspace" };

/** Do something as whoever is looking. Answers `{ok, error?, …}` and never throws. */
export async function act(deed, what = {}) {
  try {
    const body = JSON.stringify({ deed, with: { user: store.me, ...what } });
    return await (await fetch("/page/act", { method: "POST", headers, body })).json();
  } catch {
    return { ok: false, error: "offline" };
  }
}

export async function upload(file) {
  const to = `/page/${store.me}/upload?name=${encodeURIComponent(file.name)}`;
  const kind = file.type || "application/octet-stream";
  try {
    return await (await fetch(to, { method: "POST", headers: { "X-Page": "workspace", "X-Kind": kind }, body: file })).json();
  } catch {
    return { ok: false, error: "offline" };
  }
}

export const fileAddress = (id) => `/page/${store.me}/files/${id}`;
