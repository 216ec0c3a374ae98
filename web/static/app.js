// Everything works without this file; with it, a form is not sent twice and errors of parts show where one looks.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  window.setTimeout(() => delete form.dataset.sent, 10000);
});

// A page that comes back from the browser's own memory may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What is being typed is kept when its field is left. A button that is pressed must not move away under the finger
// because of that: the form it sends takes everything along anyway.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("#sheet button, [data-keeps] button, button[form]")) event.preventDefault();
});

// On a telephone the menus run along sideways: what is open comes into sight.
document.querySelectorAll(".menu [aria-current], .rooms [aria-current]").forEach((link) => {
  link.parentElement.scrollLeft = link.offsetLeft - (link.parentElement.clientWidth - link.offsetWidth) / 2;
});

// What the server refuses is told in the place for notices, and stays in the form. What a page asks by itself, such as
// how a file is doing, is asked again and tells nothing; and it leads nobody away from what they are typing.
let tells = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status >= 400 && requestConfig.verb !== "get") {
    const place = document.getElementById("bao");
    tells = place.childElementCount > 0;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target = place;
    event.detail.swapOverride = "innerHTML";
  }
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig } = event.detail;
  const typing = document.querySelector("#sheet, [data-keeps]");
  if (typing && requestConfig.verb === "get" && xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "bao" && event.target.textContent.trim() && !tells) event.target.scrollIntoView({ block: "center" });
});

// ---- Who has signed in again in another window goes on here: forms get the token of the new session, and what was not
// taken is sent again ----
(() => {
  const waiting = new Set();
  document.addEventListener("htmx:beforeRequest", (event) => waiting.delete(event.detail.elt));
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, elt, requestConfig } = event.detail;
    if (xhr && (xhr.status === 401 || xhr.status === 403 || xhr.status >= 500) && requestConfig.verb !== "get") waiting.add(elt);
  });
  const token = async () => {
    const answer = await window.fetch(window.location.href);
    if (new URL(answer.url).pathname.startsWith("/sign-in")) return "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("input[name='csrf']")?.value ?? "";
  };
  const goOn = (fresh) => {
    if (!fresh) {
      document.querySelector("#bao a")?.focus();
      return;
    }
    document.querySelectorAll("input[name='csrf']").forEach((input) => { input.value = fresh; });
    document.getElementById("bao").replaceChildren();
    const all = [...waiting].filter((one) => one.isConnected);
    all.forEach((one) => window.htmx.trigger(one, one.getAttribute("hx-trigger").split(",").pop().trim()));
    all[0]?.querySelector("input:not([type='hidden']), select, textarea")?.focus();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-resume]")) token().then(goOn, () => {});
  });
})();

// ---- Nothing moves under a finger: an answer that shifts the page between pressing and letting go loses the click ----
(() => {
  const CLICKED = 50;
  const LONGEST = 5000; // a press whose end nobody tells (a scroll bar, a menu of the system) holds nothing for ever
  const held = [];
  let pressed = false;
  let timer;
  const act = () => {
    window.clearTimeout(timer);
    pressed = false;
    held.splice(0).forEach((go) => go());
  };
  const letGo = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(act, CLICKED);
  };
  document.addEventListener("pointerdown", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(act, LONGEST);
    pressed = true;
  }, true);
  ["pointerup", "pointercancel", "dragend", "blur"].forEach((name) => window.addEventListener(name, letGo, name !== "blur"));
  // What leads away from the page begins after the click or the submission: what is held is sent before.
  ["click", "submit"].forEach((name) => window.addEventListener(name, act));

  document.addEventListener("htmx:confirm", (event) => {
    if (!pressed) return;
    event.preventDefault();
    held.push(() => event.detail.issueRequest());
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse, swapOverride, requestConfig, shouldSwap } = event.detail;
    if (!pressed || !shouldSwap) return;
    event.detail.shouldSwap = false;
    const swapStyle = swapOverride ?? requestConfig.elt.closest("[hx-swap]").getAttribute("hx-swap");
    held.push(() => window.htmx.swap(target, serverResponse, { swapStyle }));
  });
})();

// ---- A form waits for what is being saved: the sheet's own would bring what the page knew before, and a file twice;
// one that leads away would lose what is queued ----
(() => {
  const PATIENT = 10000; // whoever presses again after that is not kept waiting by a line that hangs
  const underway = new Set();
  let waiting;
  const isSaved = (element) => !element.matches("a.tag") && element.closest("#sheet, [data-keeps]");
  const go = () => {
    if (underway.size || !waiting) return;
    const { form, pressed } = waiting;
    waiting = undefined;
    const isSame = (one) => one.type === "submit" && one.name === pressed.name && one.value === pressed.value;
    const button = !pressed || pressed.isConnected ? pressed : [...form.elements].find(isSame);
    if (button !== undefined) form.requestSubmit(button);
  };
  document.addEventListener("htmx:beforeSend", ({ detail }) => isSaved(detail.elt) && underway.add(detail.xhr));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    underway.delete(detail.xhr);
    window.setTimeout(go); // what was queued behind it has begun by then
  });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: pressed } = event;
    if (!underway.size) return;
    if (waiting && Date.now() - waiting.since > PATIENT) {
      waiting = undefined;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    waiting = { form, pressed, since: waiting?.since ?? Date.now() };
  }, true);
})();

// ---- A unit's sheet: saves by itself, tells what is not saved yet, and counts down to the closing ----
(() => {
  const sheet = document.getElementById("sheet");
  const PAUSE = 1500;
  const AGAIN = 3000;
  const timers = new WeakMap();
  // The badge of a file asks for itself and saves nothing.
  const section = (element) => element.matches?.("a.tag") ? null : element.closest?.(".crit");

  // Numbers are looked at while they are typed; the server alone decides.
  const hint = (input) => {
    const most = Number(input.dataset.max);
    const step = Number(input.dataset.step);
    const value = Number(input.value.trim().replace(",", "."));
    const wrong = input.value.trim() !== "" && !(value >= 0 && value <= most && Math.abs(value / step - Math.round(value / step)) < 1e-9);
    input.setAttribute("aria-invalid", wrong ? "true" : "false");
  };

  // On a telephone what is said of saving is far above where one types: it stands in the dock too.
  const inDock = () => {
    const place = document.getElementById("saved");
    const dock = document.getElementById("dock-saved");
    if (!place || !dock) return;
    dock.textContent = place.textContent;
    dock.className = place.className;
  };
  const say = (text, bad) => {
    const place = document.getElementById("saved");
    if (place) {
      place.textContent = text;
      place.classList.toggle("bad", bad);
      inDock();
    }
  };

  if (sheet && window.htmx) {
    sheet.addEventListener("input", (event) => {
      const own = section(event.target);
      if (!own) return;
      if (event.target.dataset.max) hint(event.target);
      own.classList.add("unsaved");
      if (["file", "url", "radio", "checkbox"].includes(event.target.type)) return;
      window.clearTimeout(timers.get(own));
      timers.set(own, window.setTimeout(() => window.htmx.trigger(own, "typing"), PAUSE));
    });
    sheet.addEventListener("change", (event) => window.clearTimeout(timers.get(section(event.target))));
    document.addEventListener("htmx:beforeSend", (event) => {
      if (!section(event.detail.elt)) return;
      event.detail.elt.classList.remove("unsaved");
      say(sheet.dataset.saving ?? "", false);
    });
    const again = (event) => {
      const own = section(event.detail.elt);
      if (!own) return;
      own.classList.add("unsaved");
      say(sheet.dataset.offline ?? "", true);
      window.setTimeout(() => own.classList.contains("unsaved") && window.htmx.trigger(own, "typing"), AGAIN);
    };
    document.addEventListener("htmx:sendError", again);
    document.addEventListener("htmx:timeout", again);
    document.addEventListener("htmx:afterRequest", (event) => {
      const { xhr, elt } = event.detail;
      if (!section(elt) || !xhr || xhr.status < 400) return;
      elt.classList.add("unsaved");
      if (document.getElementById("saved")?.textContent === sheet.dataset.saving) say(sheet.dataset.refused ?? "", true);
    });
    // What is not taken stays told, whatever else is saved in the meantime.
    document.addEventListener("htmx:oobAfterSwap", () => {
      const left = sheet.querySelector(".crit.unsaved:has(.told .notice)");
      inDock();
      if (left) say(`${sheet.dataset.left} ${left.querySelector(".code, h2, a").textContent.trim()}`, true);
    });
    sheet.querySelectorAll(".crit:has(.told .notice)").forEach((own) => own.classList.add("unsaved"));
    sheet.addEventListener("click", (event) => {
      if (event.target.closest(".told a")) section(event.target).classList.remove("unsaved");
    });
    // What was added has its line now, and a refused file its sentence; what was chosen or typed since stays where it is.
    const sameFiles = (left, right) => left.length === right.length && left.every((one, place) => one === right[place]);
    const wasSent = (input, sent) => input.type === "file"
      ? sameFiles([...input.files], sent.getAll(input.name))
      : input.value === sent.get(input.name);
    document.addEventListener("htmx:afterRequest", (event) => {
      const { xhr, elt, requestConfig } = event.detail;
      if (!section(elt) || !xhr || ![200, 409, 422].includes(xhr.status)) return;
      const taken = xhr.status === 200;
      const sent = requestConfig.formData;
      const took = [...elt.querySelectorAll(".adding input[type='file']")].some((input) => sent.getAll(input.name).length);
      elt.querySelectorAll(".adding input").forEach((input) => {
        if (input.type === "checkbox") input.checked = input.checked && !(taken && took);
        else if ((taken || input.type === "file") && wasSent(input, sent)) input.value = "";
      });
    });
    let leaving = false;
    document.addEventListener("submit", () => { leaving = true; });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && sheet.querySelector(".crit.unsaved")) event.preventDefault();
    });
    window.addEventListener("pageshow", () => { leaving = false; });
  }

  const two = (number) => String(number).padStart(2, "0");
  document.querySelectorAll(".clock[data-closes]").forEach((clock) => {
    const skew = new Date(clock.dataset.now) - Date.now();
    const closes = new Date(clock.dataset.closes);
    const tick = () => {
      const left = Math.max(0, Math.floor((closes - Date.now() - skew) / 1000));
      const days = Math.floor(left / 86400);
      const time = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
      clock.textContent = days > 0 ? `${days} ${clock.dataset.days} ${time}` : time;
      clock.classList.toggle("soon", left < 86400);
      if (left > 0) window.setTimeout(tick, 1000);
    };
    tick();
  });
})();

// A long text in a form that does not save by itself is not left by mistake.
(() => {
  let leaving = false;
  document.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  const isTyped = (form) => form.hasAttribute("data-refused")
    || [...form.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue);
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...document.querySelectorAll("form[data-typed]")].some(isTyped)) event.preventDefault();
  });
})();

// The appraiser's desk: a criterion is kept by itself as soon as it can stand, and Enter goes on to the next one.
const MARKED = ["points", "option", "degree", "passed", "done", "assigned", "units", "not_applicable"];

function typedIn(section) {
  const found = {};
  section.querySelectorAll("input, textarea, select").forEach((field) => {
    if ((field.type !== "radio" && field.type !== "checkbox") || field.checked) {
      found[field.name.slice(0, field.name.indexOf("-"))] = field.value.trim();
    }
  });
  return found;
}

function plainNumber(text) {
  const number = Number((text || "").replace(",", "."));
  return text && !Number.isNaN(number) ? number : text || "";
}

function howItStands(section) {
  const own = JSON.parse(section.dataset.own), typed = typedIn(section);
  const blank = MARKED.every((name) => !typed[name]);
  const nothing = Object.keys(own).length === 0 && plainNumber(typed.points) === 0;
  const differs = !blank && !nothing && MARKED.some((name) => plainNumber(typed[name]) !== plainNumber(own[name]));
  return { blank, differs, reasoned: Boolean(typed.note) };
}

function showHowItStands(section) {
  const { differs, reasoned } = howItStands(section);
  section.classList.toggle("differs", differs);
  section.classList.toggle("wants-reason", differs && !reasoned);
}

function keep(section) {
  const { blank, differs, reasoned } = howItStands(section);
  showHowItStands(section);
  if ((differs && !reasoned) || (blank && reasoned)) return false;
  window.htmx.trigger(section, "keep");
  return true;
}

function goOn(section) {
  const kept = keep(section);
  const every = [...document.querySelectorAll(".compare[data-own]")];
  const next = kept ? every[every.indexOf(section) + 1] : section;
  const fields = next ? [...next.querySelectorAll("input:not([type='hidden']), textarea")] : [];
  const first = kept ? fields.find((field) => field.checked) || fields[0] : section.querySelector("textarea");
  if (first) first.focus();
}

document.addEventListener("input", (event) => {
  const section = event.target.closest(".compare[data-own]");
  if (!section) return;
  section.classList.add("unsaved");
  showHowItStands(section);
});

document.addEventListener("change", (event) => {
  const section = event.target.closest(".compare[data-own]");
  if (section) keep(section);
});

document.addEventListener("keydown", (event) => {
  const section = event.target.closest(".compare[data-own]");
  if (!section || event.key !== "Enter" || event.isComposing || event.target.tagName === "BUTTON") return;
  if (event.target.tagName === "A" || (event.target.tagName === "TEXTAREA" && !event.ctrlKey)) return;
  event.preventDefault();
  goOn(section);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const section = event.target.matches("a.tag") ? null : event.target.closest(".compare[data-own]");
  if (section) section.classList.toggle("unsaved", Boolean(section.querySelector(".tail .notice")));
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-keeps]")) event.target.dataset.leaving = "1";
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-keeps]:not([data-leaving]) .unsaved")) event.preventDefault();
});

// Who comes back from where they signed in goes on by themselves.
document.querySelectorAll("form[data-at-once]").forEach((form) => form.requestSubmit());
