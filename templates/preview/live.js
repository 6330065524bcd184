"use strict";
// Only `digest preview` adds this to a page: it loads the page again once there is a newer build,
// and shows what is wrong where a build failed.
(() => {
  const mark = document.currentScript.dataset.mark;
  let events = null;
  let box = null;

  function line(name, text) {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
  }

  function tell(error) {
    box?.remove();
    box = null;
    if (!error) return;
    box = document.createElement("div");
    box.className = "preview-error";
    box.setAttribute("role", "alert");
    box.append(line("strong", error.what));
    if (error.at) box.append(line("code", error.at));
    if (error.hint) box.append(line("span", error.hint));
    document.body.append(box);
  }

  function listen() {
    events = new EventSource("/.preview/events");
    events.onmessage = (event) => {
      const told = JSON.parse(event.data);
      if (told.mark !== mark) location.reload();
      else tell(told.error);
    };
  }

  // A browser keeps only six connections to a server: a tab that nobody sees needs none.
  document.addEventListener("visibilitychange", () => {
    events?.close();
    if (!document.hidden) listen();
  });
  addEventListener("pagehide", () => events?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  if (!document.hidden) listen();
})();
