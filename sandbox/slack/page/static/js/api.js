// The stand-in's JSON, one function for each thing that a person sees or does.

export class Unreachable extends Error {}

async function ask(method, path, body) {
  const content =
    body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(`/page/api${path}`, { method, ...content });
  } catch (error) {
    throw new Unreachable(path, { cause: error });
  }
  return answer.json();
}

const see = (path) => ask("GET", path);
const act = (path, body = {}) => ask("POST", path, body);
const channelPath = (person, channel) => `/people/${person}/channels/${channel}`;
const viewPath = (person, view) => `/people/${person}/views/${view}`;

export const eventsAddress = (person) => `/page/api/people/${person}/events`;
export const fileAddress = (file) => `/page/api/files/${file}`;
export const seeWorkspace = () => see("/workspace");
export const seeChannels = (person) => see(`/people/${person}/channels`);
export const seeMessages = (person, channel) => see(`${channelPath(person, channel)}/messages`);
export const seeThread = (person, channel, ts) => see(`${channelPath(person, channel)}/threads/${ts}`);
export const seeViews = (person) => see(`/people/${person}/views`);
export const seeHome = (person) => see(`/people/${person}/home`);

export const openHome = (person) => act(`/people/${person}/home`);
export const openConversation = (person) => act(`/people/${person}/conversation`);
export const join = (person, channel) => act(`${channelPath(person, channel)}/join`);
export const speak = (person, channel, text, thread) =>
  act(`${channelPath(person, channel)}/messages`, { text, ...(thread ? { thread_ts: thread } : {}) });
export const runCommand = (person, channel, text) =>
  act(`${channelPath(person, channel)}/commands`, { text });
export const actOnMessage = (person, channel, ts, body) =>
  act(`${channelPath(person, channel)}/messages/${ts}/actions`, body);
export const actOnView = (person, view, body) => act(`${viewPath(person, view)}/actions`, body);
export const suggest = (person, view, body) => act(`${viewPath(person, view)}/suggestions`, body);
export const submitView = (person, view, values) => act(`${viewPath(person, view)}/submit`, { values });
export const closeView = (person, view, everything) => act(`${viewPath(person, view)}/close`, { everything });
