// Comfort for people with JavaScript. Every page works without it: no state and no rule lives here.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Tabs: the links already work; here they switch in place, with the arrow keys too.
  for (const list of all("[data-tabs]")) {
    const links = all("a", list);
    const panel = (link) => document.getElementById(link.dataset.panel);
    if (!links.every(panel)) continue;
    list.setAttribute("role", "tablist");
    const choose = (link) => {
      for (const each of links) {
        const chosen = each === link;
        each.setAttribute("aria-selected", String(chosen));
        each.removeAttribute("aria-current");
        each.tabIndex = chosen ? 0 : -1;
        panel(each).hidden = !chosen;
      }
      history.replaceState(null, "", link.href);
    };
    for (const link of links) {
      link.setAttribute("role", "tab");
      link.setAttribute("aria-controls", link.dataset.panel);
      panel(link).setAttribute("role", "tabpanel");
      panel(link).setAttribute("aria-labelledby", link.id);
      const chosen = link.hasAttribute("aria-current");
      link.setAttribute("aria-selected", String(chosen));
      link.tabIndex = chosen ? 0 : -1;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        choose(link);
      });
    }
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = links.indexOf(document.activeElement);
      if (!step || at < 0) return;
      event.preventDefault();
      const next = links[(at + step + links.length) % links.length];
      choose(next);
      next.focus();
    });
  }

  // Copy buttons appear only where copying is possible.
  for (const button of all("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const label = button.querySelector("span");
    const words = label.textContent;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText("value" in source ? source.value : source.innerText);
      label.textContent = "Copied";
      setTimeout(() => (label.textContent = words), 1500);
    });
  }

  // Grid: up and down move between the rows' links.
  for (const grid of all("table.grid")) {
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const links = all("tbody tr td:first-child a", grid);
      const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
      const next = links[at + step];
      if (at < 0 || !next) return;
      event.preventDefault();
      next.focus();
    });
  }

  // Pop-ups close on Escape and on a click elsewhere.
  const pops = all("details.pop, details.who");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const pop of pops.filter((each) => each.open)) {
      pop.open = false;
      pop.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const pop of pops) if (pop.open && !pop.contains(event.target)) pop.open = false;
  });

  // Filters apply as they are chosen.
  for (const form of all("form[data-auto]")) {
    for (const field of all("select", form)) field.addEventListener("change", () => form.requestSubmit());
  }

  // A form is sent once, and unsaved changes are not lost by accident.
  for (const form of all("form[method=post]")) {
    form.addEventListener("submit", () => {
      form.dataset.dirty = "";
      setTimeout(() => all("button", form).forEach((button) => (button.disabled = true)), 0);
    });
    if ("guard" in form.dataset) form.addEventListener("input", () => (form.dataset.dirty = "yes"));
  }
  addEventListener("beforeunload", (event) => {
    if (all("form[data-guard]").some((form) => form.dataset.dirty === "yes")) event.preventDefault();
  });
  addEventListener("pageshow", () => all("form[method=post] button[disabled]:not([data-off])").forEach((b) => (b.disabled = false)));

  // Somebody acts elsewhere: send the form that looks for it, again and again.
  const looks = document.querySelector("form[data-again]");
  if (looks) {
    const again = document.createElement("input");
    Object.assign(again, { type: "hidden", name: "again", value: "1" });
    const timer = setTimeout(() => {
      looks.append(again);
      looks.requestSubmit();
    }, Number(looks.dataset.again) * 1000);
    looks.addEventListener("submit", () => clearTimeout(timer)); // pressed by hand: once is enough
  }

  // Work under way: look again every few seconds.
  const wait = document.querySelector("[data-refresh]");
  const refresh = () => {
    if (document.querySelector('form[data-dirty="yes"]')) setTimeout(refresh, 2000);
    else location.reload();
  };
  if (wait) setTimeout(refresh, Number(wait.dataset.refresh) * 1000);
})();
