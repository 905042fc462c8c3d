"use strict";
(() => {
  const filters = document.getElementById("filters");
  const items = [...document.querySelectorAll(".objects > li")];
  const status = document.getElementById("shown");
  const field = (name) => document.getElementById("by-" + name);
  const reset = () => ["namespace", "rule", "level", "text"].forEach((name) => { field(name).value = ""; });
  const has = (list, word) => (" " + list + " ").includes(" " + word + " ");
  const show = () => {
    const namespace = field("namespace").value;
    const rule = field("rule").value;
    const level = field("level").value;
    const words = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of items) {
      const { namespace: at, rules, levels, title } = item.dataset;
      const fits = (namespace === "" || at === namespace.slice(1)) && (rule === "" || has(rules, rule)) &&
        (level === "" || has(levels, level)) && words.every((word) => title.toLowerCase().includes(word));
      item.hidden = !fits;
      count += fits ? 1 : 0;
    }
    status.textContent = "Showing " + count.toLocaleString("en") + " of " + items.length.toLocaleString("en");
  };
  filters.hidden = false;
  filters.addEventListener("input", show);
  document.getElementById("all").addEventListener("click", () => {
    reset();
    show();
  });
  document.getElementById("open").addEventListener("click", (event) => {
    const open = event.currentTarget.dataset.open !== "true";
    for (const item of items) {
      if (!item.hidden) item.firstElementChild.open = open;
    }
    event.currentTarget.dataset.open = open;
    event.currentTarget.textContent = open ? "Close all" : "Open all";
  });
  for (const button of document.querySelectorAll("button[data-choose]")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      reset();
      field(button.dataset.choose).value = button.dataset.value;
      show();
      document.getElementById("workloads").scrollIntoView();
      field(button.dataset.choose).focus({ preventScroll: true });
    });
  }
  // Printed are the objects that are shown, with their findings.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = items.map((item) => item.firstElementChild).filter((details) => !details.open);
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
  show();
})();
