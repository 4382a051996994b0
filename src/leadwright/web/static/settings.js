// Comfort on the settings pages: forms whose parts follow what is chosen, and choosing while typing.
// Every page works without it: what happens is decided on the server, and this only asks there without leaving the page.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const later = (wait, act) => {
    let timer;
    const begin = (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => act(...given), wait);
    };
    begin.cancel = () => clearTimeout(timer);
    return begin;
  };

  document.querySelector(".strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  for (const each of all(".with-script")) each.hidden = false;

  // Live forms: a button or select marked data-part sends the form and puts in the parts that come back.
  for (const form of all("form[data-live]")) {
    const parts = form.dataset.live.split(" ");
    let turn = 0;
    let pressing = 0; // presses under way: a preview waits, or it would undo what they bring
    const plainly = (pressed) => {
      const button = document.createElement("button");
      Object.assign(button, { name: "do", value: pressed, formNoValidate: true, hidden: true });
      form.append(button);
      form.requestSubmit(button);
    };
    const press = async (pressed) => {
      preview.cancel(); // the answer brings it along
      pressing += 1;
      try {
        await ask(pressed);
      } finally {
        pressing -= 1;
      }
    };
    const ask = async (pressed, only) => {
      const mine = ++turn;
      const sent = new FormData(form);
      sent.set("do", pressed);
      const address = document.activeElement?.id;
      let page;
      try {
        const answer = await fetch(form.action, { method: "POST", body: sent, headers: { "X-Parts": "1" } });
        page = new DOMParser().parseFromString(await answer.text(), "text/html");
      } catch {
        return plainly(pressed);
      }
      if (mine !== turn) return;
      if (!page.getElementById(parts[0])) return plainly(pressed);
      for (const part of parts) {
        const now = document.getElementById(part);
        const next = page.getElementById(part);
        if (!now || !next || (only && part !== only)) continue;
        now.replaceWith(document.adoptNode(next));
      }
      form.dataset.dirty = "yes";
      dress(form);
      const at = document.getElementById(document.getElementById(parts[0]).dataset.at);
      const first = at && (pressed.startsWith("add") ? at.querySelector("select, input:not([type=hidden])") : at);
      (first ?? document.getElementById(address))?.focus();
    };
    const preview = later(350, () => (pressing ? preview() : ask("preview", "preview")));
    const dress = () => {
      for (const each of all(".without-script", form)) each.hidden = true;
      for (const each of all(".with-script", form)) each.hidden = false;
      for (const each of all("[data-suggest]", form)) suggest(each, () => preview());
    };
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-part]");
      if (!button || button.getAttribute("formmethod") === "get") return;
      event.preventDefault();
      if (!button.disabled) press(button.value);
    });
    form.addEventListener("change", (event) => {
      if (event.target.matches("select[data-part]")) press("update");
      else if (event.target.matches("[data-preview]")) preview();
    });
    form.addEventListener("input", (event) => {
      if (event.target.matches("input[data-preview], textarea[data-preview]")) preview();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("[data-enter]")) {
        event.preventDefault();
        return press(event.target.dataset.enter);
      }
      const line = event.target.closest(".line");
      if (!event.altKey || !line) return;
      const button = line.querySelector(`:scope > .line-tools [data-key="${event.key}"]`);
      if (!button) return;
      event.preventDefault();
      press(button.value);
    });
    dress();
  }

  // A list under a field: arrow keys, Enter, Escape; `rows` gives what to show, `take` what a choice does.
  function listed(field, rows, take) {
    const list = document.createElement("ul");
    list.id = `${field.id}-list`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.dataset.list || "Suggestions");
    list.hidden = true;
    field.after(list);
    field.setAttribute("role", field.tagName === "TEXTAREA" ? "textbox" : "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    if (field.tagName !== "TEXTAREA") field.setAttribute("aria-expanded", "false");
    let shown = [];
    let at = -1;
    const close = () => {
      list.hidden = true;
      at = -1;
      field.removeAttribute("aria-activedescendant");
      if (field.tagName !== "TEXTAREA") field.setAttribute("aria-expanded", "false");
    };
    const mark = (next) => {
      at = (next + shown.length) % shown.length;
      all("li", list).forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
      const item = list.children[at];
      field.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    };
    const open = (found) => {
      shown = found;
      list.replaceChildren(
        ...found.map((row, n) => {
          const item = document.createElement("li");
          item.id = `${list.id}-${n}`;
          item.setAttribute("role", "option");
          item.textContent = row.name;
          if (row.more) {
            const more = document.createElement("span");
            more.className = "muted small";
            more.textContent = ` ${row.more}`;
            item.append(more);
          }
          item.addEventListener("mousedown", (event) => {
            event.preventDefault();
            close();
            take(row);
          });
          return item;
        }),
      );
      if (!found.length) return close();
      list.hidden = false;
      if (field.tagName !== "TEXTAREA") field.setAttribute("aria-expanded", "true");
      mark(0);
    };
    field.addEventListener("keydown", (event) => {
      if (list.hidden || event.altKey) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) mark(at + step);
      else if (event.key === "Enter" && at >= 0) {
        const row = shown[at];
        close();
        take(row);
      } else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    field.addEventListener("blur", close);
    return { open: async () => open(await rows()), close };
  }

  // Records to look up: the name stays in the field, the id beside it.
  function suggest(field, changed) {
    if (field.dataset.dressed) return;
    field.dataset.dressed = "yes";
    field.setAttribute("autocomplete", "off");
    const key = field.parentElement.querySelector("input[type=hidden]");
    const find = async () => {
      if (!field.value.trim()) return [];
      const answer = await fetch(`${field.dataset.suggest}&text=${encodeURIComponent(field.value)}`);
      return answer.ok ? answer.json() : [];
    };
    const shown = listed(field, find, (row) => {
      field.value = row.name;
      key.value = row.id;
      changed();
    });
    const look = later(200, () => document.activeElement === field && shown.open());
    field.addEventListener("input", () => {
      key.value = "";
      look();
    });
  }

  // Fields of the lead: a slash offers them, a choice writes {{Lead.Company Name}}.
  for (const field of all("[data-fields]")) {
    const source = document.getElementById(field.dataset.fields);
    if (!source) continue;
    field.dataset.list = "Fields";
    const known = all("code", source).map((each) => ({ name: each.textContent, more: each.dataset.about || "" }));
    const typed = () => /(?:^|[^\w{/:])\/([\w .]{0,40})$|^\/([\w .]{0,40})$/.exec(field.value.slice(0, field.selectionStart));
    const find = async () => {
      const found = typed();
      if (!found) return [];
      const words = (found[1] ?? found[2] ?? "").toLowerCase();
      return known.filter((row) => row.name.toLowerCase().includes(words)).slice(0, 12);
    };
    const shown = listed(field, find, (row) => {
      const end = field.selectionStart;
      const start = field.value.lastIndexOf("/", end - 1);
      field.setRangeText(row.name, start, end, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", () => (typed() ? shown.open() : shown.close()));
  }

  // Rich text: what may be written stands in the field as HTML; here it is shown as it will look.
  for (const field of all("textarea[data-rich]")) {
    const box = document.createElement("div");
    box.className = "rich";
    box.contentEditable = "true";
    box.setAttribute("role", "textbox");
    box.setAttribute("aria-multiline", "true");
    box.setAttribute("aria-labelledby", `${field.id}-label`);
    const hint = field.getAttribute("aria-describedby");
    if (hint) box.setAttribute("aria-describedby", hint);
    const said = field.value;
    if (/<[a-z/]/i.test(said)) {
      const read = new DOMParser().parseFromString(said, "text/html");
      box.append(...read.body.childNodes);
    } else box.innerText = said;
    const picture = field.dataset.image;
    const pictures = () => all("img", box).forEach((each) => picture && each.setAttribute("src", picture));
    const keep = () => {
      const copy = box.cloneNode(true);
      all("img", copy).forEach((each) => each.removeAttribute("src"));
      field.value = copy.innerHTML;
    };
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "Format");
    const tool = (text, title, act) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button quiet", textContent: text, title });
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => {
        box.focus();
        act();
        pictures();
        keep();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      bar.append(button);
    };
    tool("Bold", "Bold (Ctrl+B)", () => document.execCommand("bold"));
    tool("Italic", "Italic (Ctrl+I)", () => document.execCommand("italic"));
    const row = document.createElement("div");
    row.className = "row nowrap";
    row.hidden = true;
    const address = Object.assign(document.createElement("input"), { type: "text", inputMode: "url", placeholder: "https://www.example.com" });
    address.setAttribute("aria-label", "Address of the link");
    const set = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Set link" });
    let where;
    const link = () => {
      row.hidden = true;
      const to = address.value.trim();
      address.value = "";
      const inside = where?.commonAncestorContainer;
      const old = (inside?.nodeType === 1 ? inside : inside?.parentElement)?.closest("a");
      if (old && box.contains(old)) old.replaceWith(...old.childNodes);
      else if (to && where && box.contains(inside)) {
        const made = document.createElement("a");
        made.href = /^[a-z]+:/i.test(to) ? to : `https://${to}`;
        if (where.collapsed) made.textContent = to;
        else made.append(where.extractContents());
        where.insertNode(made);
        getSelection().selectAllChildren(made);
        getSelection().collapseToEnd();
      }
      box.focus();
      keep();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    tool("Link", "Link, or take a link away", () => {
      where = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
      row.hidden = false;
      address.focus();
    });
    set.addEventListener("click", link);
    address.addEventListener("keydown", (event) => {
      if (event.key === "Enter") link();
      else if (event.key === "Escape") {
        row.hidden = true;
        box.focus();
      } else return;
      event.preventDefault();
    });
    row.append(address, set);
    if (picture) tool("Image here", "Place the image", () => document.execCommand("insertHTML", false, '<img alt="Logo">'));
    tool("Plain", "Remove formatting", () => document.execCommand("removeFormat"));
    box.addEventListener("input", () => {
      keep();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    box.addEventListener("paste", (event) => {
      event.preventDefault();
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      document.execCommand("insertLineBreak");
    });
    pictures();
    document.getElementById(`${field.id}-label`)?.addEventListener("click", () => box.focus());
    field.hidden = true;
    field.before(bar, row, box);
    for (const each of all(".without-script", field.parentElement)) each.hidden = true;
  }
})();
