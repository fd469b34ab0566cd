// What a person types, as Slack keeps it: special characters escaped, names of people and channels as mentions.

import { state } from "../state.js";

export function encode(text) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped
    .replace(/(?<![\w@])@([\w-]+)/g, (typed, name) => {
      const person = state.workspace.people.find((one) => one.name === name);
      return person ? `<@${person.id}>` : typed;
    })
    .replace(/(?<![\w#&])#([\w-]+)/g, (typed, name) => {
      const channel = state.channels.find((one) => one.name === name);
      return channel ? `<#${channel.id}>` : typed;
    });
}

export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
