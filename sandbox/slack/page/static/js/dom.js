// Draws trees of plain objects into the document and changes only what differs, so that whatever stays
// keeps its focus, its scroll position and its caret. Words become text nodes, never markup.

const shown = Symbol("shown");
const heard = Symbol("heard");
const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "g"]);
const OWN = new Set(["key", "created", "removed"]);
const PROPERTIES = new Set(["checked", "disabled", "open", "readOnly", "multiple", "noValidate"]);

/** A wanted element. `key` tells it from its siblings; `created(node)` and `removed(node)` frame its life, parents first. */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: visible(children) };
}

export function draw(host, wanted) {
  const created = [];
  drawChildren(host, visible(wanted), created);
  for (const [hook, node] of created) hook(node);
}

function visible(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

function drawChildren(host, wanted, created) {
  const before = host[shown] ?? [];
  const after = match(before, wanted);
  const kept = new Set(after.map((entry) => entry.node));
  for (const { vnode, node } of before) {
    if (!kept.has(node)) remove(vnode, node);
  }
  let next = host.firstChild;
  for (const entry of after) {
    if (entry.node === undefined) entry.node = create(entry.vnode);
    if (entry.node === next) next = next.nextSibling;
    else host.insertBefore(entry.node, next);
    fill(entry, created);
  }
  host[shown] = after;
}

/** Pair every wanted child with a node of the same name and key, in order. */
function match(before, wanted) {
  const spare = new Map();
  for (const entry of before) {
    const name = nameOf(entry.vnode);
    if (!spare.has(name)) spare.set(name, []);
    spare.get(name).push(entry);
  }
  return wanted.map((vnode) => {
    const found = spare.get(nameOf(vnode))?.shift();
    return { vnode, node: found?.node, previous: found?.vnode };
  });
}

function nameOf(vnode) {
  return vnode.tag === undefined ? "#text" : `${vnode.tag}/${vnode.props.key ?? ""}`;
}

function create(vnode) {
  if (vnode.tag === undefined) return document.createTextNode("");
  return SVG_TAGS.has(vnode.tag)
    ? document.createElementNS(SVG, vnode.tag)
    : document.createElement(vnode.tag);
}

function fill({ vnode, node, previous }, created) {
  if (vnode.tag === undefined) {
    if (node.data !== String(vnode)) node.data = String(vnode);
    return;
  }
  if (vnode === previous) return;
  const old = previous?.props ?? {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(vnode.props)])) {
    if (name !== "value" && old[name] !== vnode.props[name]) set(node, name, vnode.props[name]);
  }
  if (previous === undefined && vnode.props.created) created.push([vnode.props.created, node]);
  drawChildren(node, vnode.children, created);
  const { value, checked } = vnode.props; // what people change under us is compared with the node itself
  if (value !== undefined && node.value !== value) node.value = value;
  if (checked !== undefined && node.checked !== checked) node.checked = checked;
}

function set(node, name, value) {
  if (OWN.has(name)) return;
  if (name.startsWith("on")) hear(node, name.slice(2).toLowerCase(), value);
  else if (PROPERTIES.has(name)) node[name] = Boolean(value);
  else if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

function hear(node, type, handler) {
  node[heard] ??= {};
  if (!(type in node[heard])) node.addEventListener(type, (event) => node[heard][type]?.(event));
  node[heard][type] = handler;
}

function remove(vnode, node) {
  leave({ vnode, node });
  node.remove();
}

function leave({ vnode, node }) {
  for (const entry of node[shown] ?? []) leave(entry);
  vnode.props?.removed?.(node);
}
