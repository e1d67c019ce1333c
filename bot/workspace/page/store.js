// What there is in the workspace for one person: read once, then kept up to date by the server's events.

export const store = { me: "", state: null, unread: new Set(), online: true };

const watchers = new Set();
let source = null;

export function watch(watcher) {
  watchers.add(watcher);
}

function changed(kind, change = {}) {
  for (const watcher of watchers) watcher(kind, change);
}

/** Become somebody: read everything they see and listen from then on. */
export async function become(user) {
  source?.close();
  store.me = user;
  const answer = await fetch(`/page/${user}/state`);
  if (!answer.ok) throw new Error("nobody of that name");
  store.state = await answer.json();
  listen(user);
}

function listen(user) {
  let broken = false;
  source = new EventSource(`/page/${user}/feed`);
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.onerror = () => {
    broken = true;
    store.online = false;
    changed("online");
  };
  source.onopen = async () => {
    store.online = true;
    if (broken) await refresh(); // what happened meanwhile was not heard
    broken = false;
    changed("online");
  };
}

async function refresh() {
  const answer = await fetch(`/page/${store.me}/state`);
  if (answer.ok) store.state = await answer.json();
  changed("everything");
}

function take(change) {
  const { state } = store;
  switch (change.kind) {
    case "message":
      put(state.messages, change.channel, change.message);
      break;
    case "gone":
      state.messages[change.channel] = (state.messages[change.channel] ?? []).filter((each) => each.ts !== change.ts);
      break;
    case "status":
      state.statuses = state.statuses.filter(([channel, thread]) => channel !== change.channel || thread !== change.thread);
      if (change.text) state.statuses.push([change.channel, change.thread, change.text]);
      break;
    case "prompts":
      state.prompts = change.prompts;
      break;
    case "home":
      state.home = change.view;
      break;
    case "modals":
      state.modals = change.stack;
      break;
    case "channels":
      refresh();
      return;
  }
  changed(change.kind, change);
}

function put(messages, channel, message) {
  const said = (messages[channel] ??= []);
  const at = said.findIndex((each) => each.ts === message.ts);
  if (at >= 0) said[at] = message;
  else said.push(message);
}

export const user = (id) => store.state.users[id] ?? { id, name: id };
export const channel = (id) => store.state.channels.find((each) => each.id === id);
export const said = (id) => store.state.messages[id] ?? [];
export const isBot = (id) => id === store.state.bot;
