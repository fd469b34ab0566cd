// Lists that end below: they follow what arrives while one is at their end, and stay still while one reads above.

const NEAR = 60;
const reading = new WeakSet(); // lists that somebody has scrolled up

export function watchScroll(event) {
  const list = event.currentTarget;
  if (isNearEnd(list)) reading.delete(list);
  else reading.add(list);
}

export function followAgain(list) {
  if (list) reading.delete(list);
}

/** After every drawing: to the end, where nobody reads above it. */
export function keepAtEnd() {
  for (const list of document.querySelectorAll("[data-ends-below]")) {
    if (!reading.has(list)) list.scrollTop = list.scrollHeight;
  }
}

function isNearEnd(list) {
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
}
