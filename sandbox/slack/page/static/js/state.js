// All that the page knows, in one place; whoever changes it asks for a new drawing.

export const state = {
  workspace: null, // team, app, people, groups, connections
  person: null, // who sits at the page
  place: null, // { person, room, thread }: what the address says
  channels: [],
  messages: new Map(), // by channel
  replies: [], // of the open thread
  home: undefined, // null where the app has published none
  modals: [], // the top one last
  entered: new Map(), // by surface: { block_id: { action_id: value } }
  errors: new Map(), // by surface: { block_id: sentence }
  expanded: new Map(), // what people have opened or closed themselves
  drafts: new Map(), // by composer
  busy: new Set(),
  popover: null, // the one list that is open: { key, query, options, active }
  confirm: null,
  notice: null,
  isArriving: true, // on the way to the place that the address says
  isDrawerOpen: false,
  isLive: true,
};

let drawPage = () => {};
let isAsked = false;

export function whenChanged(draw) {
  drawPage = draw;
}

export function change(fields) {
  Object.assign(state, fields);
  redraw();
}

export function redraw() {
  if (isAsked) return;
  isAsked = true;
  queueMicrotask(() => {
    isAsked = false;
    drawPage();
  });
}

export function personNamed(name) {
  return state.workspace?.people.find((person) => person.name === name) ?? null;
}

export function personOf(id) {
  return state.workspace?.people.find((person) => person.id === id) ?? null;
}

export function channelOf(id) {
  return state.channels.find((channel) => channel.id === id) ?? null;
}

/** The conversation of this person with the app, once there is one. */
export function directMessages() {
  return state.channels.find((channel) => channel.kind === "im") ?? null;
}

/** The channel that is before us; null on the Home tab. */
export function currentChannel() {
  const room = state.place?.room;
  return room === "app" ? directMessages() : channelOf(room);
}

export function isConnected() {
  const { connections, request_url: url } = state.workspace;
  return connections > 0 || url !== null;
}
