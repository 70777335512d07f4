// Starts the page. If the browser cannot run it, a message says so, because a blank page explains nothing.
import init from "{{page-bindings.js}}";

init({ module_or_path: "{{page.wasm}}" }).catch((error) => {
  console.error(error);
  const main = document.createElement("main");
  main.className = "failed";
  main.textContent =
    "Safelight could not start in this browser. It needs a current version of Chrome, Edge or Firefox; reload the page to try again.";
  document.body.replaceChildren(main);
});
