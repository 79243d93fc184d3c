// Streamlit guesses where its server is by asking under each part of the address, which a deep
// link answers with errors in the console. Our pages are one level deep: the server is beside them.
window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href };

// Links between our own pages change the page without loading it anew. Without this file they
// still work, as links. And: buttons that copy.
(() => {
  const inside = (link) =>
    link.origin === location.origin && !link.hasAttribute("download") && !link.target &&
    !/\/(assets|export)\//.test(link.pathname);

  // The part of a page that an address names is drawn after the page has loaded.
  const seek = (id, tries = 40) => {
    const there = document.getElementById(id);
    if (there) there.scrollIntoView();
    else if (tries) setTimeout(() => seek(id, tries - 1), 100);
  };
  if (location.hash) seek(location.hash.slice(1));

  // Names offered while one writes in the search box: a list that arrow keys walk and that is
  // read aloud, as the combobox pattern of ARIA has it. Without it the box still searches.
  const ASKED_AFTER = 90;
  const CARRIED = ["scope", "leave_out", "staffing", "without"];
  let asking = 0, timer = 0, saying = 0;
  const box = (target) => target?.closest?.(".st-key-find")?.querySelector("input") === target
    ? target : null;
  const list = (input) => input.closest(".st-key-find").querySelector(".wb-suggest");
  // What a screen reader is told while the eyes see the list. It waits, so that letters are heard.
  const say = (input, words) => {
    clearTimeout(saying);
    saying = setTimeout(() => {
      const field = input.closest(".st-key-find");
      if (!field) return;
      let told = field.querySelector("[role=status]");
      if (!told) {
        told = document.createElement("div");
        told.className = "wb-hidden";
        told.setAttribute("role", "status");
        field.append(told);
      }
      told.textContent = words;
    }, words ? 400 : 0);
  };
  const shut = (input) => {
    asking += 1;
    clearTimeout(timer);
    say(input, "");
    list(input)?.remove();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const led = (address) => {
    const to = new URL(address, document.baseURI), here = new URLSearchParams(location.search);
    for (const name of CARRIED)
      if (here.has(name) && !to.searchParams.has(name)) to.searchParams.set(name, here.get(name));
    return to.href;
  };
  const offer = (input, found) => {
    list(input)?.remove();
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(found.length > 0));
    if (!found.length) { say(input, ""); return; }
    const names = document.createElement("ul");
    names.className = "wb-suggest";
    names.id = "wb-suggest";
    names.setAttribute("role", "listbox");
    names.setAttribute("aria-label", "Suggestions");
    found.forEach((each, number) => {
      const line = document.createElement("li");
      line.id = `wb-suggest-${number}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      line.dataset.address = led(each.address);
      const name = document.createElement("span"), what = document.createElement("span");
      name.textContent = each.name;
      what.textContent = each.what;
      what.className = "wb-muted";
      line.append(name, what);
      names.append(line);
    });
    input.closest(".st-key-find").append(names);
    // The last line is always the words themselves, whatever was found.
    say(input, found.length === 1 ? "No name found. Press Enter to search the words in every record."
      : `${found.length} suggestions. Use the down arrow to choose one.`);
  };
  const choose = (input, line) => {
    const to = new URL(line.dataset.address);
    shut(input);
    input.blur();
    // What was half written must not be searched for as well: the page is loaded anew.
    location.assign(to);
  };
  const step = (input, by) => {
    const lines = [...(list(input)?.children ?? [])];
    if (!lines.length) return;
    const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
    const next = lines[(at + by + lines.length + (at < 0 && by < 0 ? 1 : 0)) % lines.length];
    lines.forEach((line) => line.setAttribute("aria-selected", String(line === next)));
    input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("focusin", (event) => {
    const input = box(event.target);
    if (!input || input.getAttribute("role") === "combobox") return;
    for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off",
      "aria-autocomplete": "list", "aria-controls": "wb-suggest", "aria-expanded": "false" }))
      input.setAttribute(name, value);
  });
  document.addEventListener("input", (event) => {
    const input = box(event.target);
    if (!input) return;
    const mine = asking += 1, text = input.value.trim();
    clearTimeout(timer);
    if (text.length < 2) { shut(input); return; }
    timer = setTimeout(() => {
      fetch(new URL(`suggest?q=${encodeURIComponent(text)}`, new URL("./", location.href)))
        .then((answer) => answer.ok ? answer.json() : [])
        .then((found) => { if (mine === asking && input.isConnected) offer(input, found); })
        .catch(() => {});
    }, ASKED_AFTER);
  });
  document.addEventListener("keydown", (event) => {
    const input = box(event.target);
    if (!input) return;
    const chosen = list(input)?.querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(input, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && chosen) {
      choose(input, chosen);
    } else if (event.key === "Escape" && list(input)) {
      shut(input);
    } else {
      if (event.key === "Enter") shut(input);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => {
    const input = box(event.target);
    if (input) shut(input);
  });
  // Paper cannot be opened: what is folded on the screen is printed whole.
  const printed = () => document.querySelectorAll("details.wb-prints:not([open])");
  window.addEventListener("beforeprint", () => printed().forEach((fold) => {
    fold.open = true;
    fold.dataset.opened = "";
  }));
  window.addEventListener("afterprint", () =>
    document.querySelectorAll("details[data-opened]").forEach((fold) => {
      fold.open = false;
      delete fold.dataset.opened;
    }));

  // The menu of other pages shuts when one goes elsewhere: by keyboard, pointer or Escape.
  const shutMenu = (but) => document.querySelectorAll(".wb-menu[open]").forEach((menu) => {
    if (!but || !menu.contains(but)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => shutMenu(event.target));
  document.addEventListener("pointerdown", (event) => shutMenu(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".wb-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // The box keeps the focus while the list is pressed on, or the list would be gone too early.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.(".wb-suggest")) event.preventDefault();
  });

  // While the connection is lost, if only for a moment under load, Streamlit switches every field
  // off, and the browser takes the focus from the one in which somebody writes: letters would be
  // lost. That field stays on as if nothing had happened, and Enter waits for the connection.
  const WRITTEN_IN = "input[type=text], input[type=search], textarea";
  const isAway = () => document.querySelector(".stApp")?.dataset.testConnectionState !== "CONNECTED";
  let entered = null;
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (!field.disabled || !field.matches(WRITTEN_IN)) return;
    event.stopImmediatePropagation();
    const { selectionStart, selectionEnd } = field;
    queueMicrotask(() => {
      field.disabled = false;
      field.focus({ preventScroll: true });
      field.setSelectionRange(selectionStart, selectionEnd);
    });
  }, true);
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !isAway() || !field.matches?.(WRITTEN_IN) ||
        field.hasAttribute("aria-activedescendant")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (box(field)) shut(field);
    entered = field;
  }, true);
  const enter = () => {
    const field = entered;
    entered = null;
    field?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  };

  // While a page is drawn for more than half a second, it says so; and when the server does not
  // answer, it says that in our words, which name no program.
  const BUSY_AFTER = 500, NO_ANSWER = "This site does not answer at the moment. Your filters are " +
    "still in the address: load the page again in a minute.";
  let busy = 0, told = null;
  const work = () => {
    told ??= Object.assign(document.createElement("div"), { className: "wb-loading" });
    told.setAttribute("role", "status");
    if (!told.isConnected) document.body?.append(told);
    const app = document.querySelector(".stApp");
    const idle = app?.dataset.testScriptState === "notRunning";
    if (idle) {
      clearTimeout(busy);
      busy = 0;
      told.textContent = "";
    } else if (!busy) {
      busy = setTimeout(() => { told.textContent = "Loading"; }, BUSY_AFTER);
    }
    if (app && isAway()) excuse(120);
    else if (entered) setTimeout(enter, 100);
  };
  const excuse = (tries) => {
    const said = [...document.querySelectorAll("[role=dialog] *")].find((line) =>
      !line.children.length && line.textContent.startsWith("Streamlit server is not responding"));
    if (said) said.textContent = NO_ANSWER;
    else if (tries) setTimeout(() => excuse(tries - 1), 250);
  };
  new MutationObserver(work).observe(document, { subtree: true, attributes: true,
    attributeFilter: ["data-test-script-state", "data-test-connection-state"] });
  document.addEventListener("DOMContentLoaded", work);

  document.addEventListener("click", (event) => {
    const line = event.target.closest?.(".wb-suggest li");
    if (line) {
      choose(line.closest(".st-key-find").querySelector("input"), line);
      return;
    }
    if (event.target.closest?.(".wb-menu a")) shutMenu();
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey ||
        event.shiftKey || event.altKey) return;
    const link = event.target.closest?.(".stHtml a[href]");
    if (link && inside(link) && !link.getAttribute("href").startsWith("#")) {
      const moved = link.pathname !== location.pathname;
      // When the page changes, Streamlit takes away what the old page's switches wrote into the
      // address, also where the link takes it along: then the browser loads the page.
      const here = new URLSearchParams(location.search);
      const kept = [...new URLSearchParams(link.search).keys()];
      if (moved && kept.some((name) => name !== "id" && here.has(name))) return;
      event.preventDefault();
      history.pushState({}, "", link.href);
      window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
      if (link.hash) {
        seek(link.hash.slice(1));
      } else if (moved || link.search.includes("id=")) {
        document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
      }
      return;
    }
    const button = event.target.closest?.(".stHtml button[data-copy]");
    if (button) {
      const said = button.textContent;
      // Without the joiner with which `attribute` in parts.py keeps an attribute whole.
      navigator.clipboard.writeText(button.dataset.copy.replaceAll("\u2060", "")).then(() => {
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = said; }, 1500);
      });
    }
  });
})();
