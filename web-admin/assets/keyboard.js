// Shortcuts for officers (web-admin/src/pages/help.rs says them all). The page says what there is: an element's
// aria-keyshortcuts is its key, its data-sequence the two keys one after the other. Nothing here decides: a key goes to a button, and Enter presses it.

const sequences = 1000; // milliseconds between the two keys of a sequence
const alt = document.body.dataset.shortcuts === "alt";
let first = null;

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.isComposing || event.repeat || event.altKey !== alt || writes(event.target)) {
    return;
  }
  // On a French keyboard the row of digits gives them with Shift alone.
  const digit = event.code.startsWith("Digit") && !["/", "?"].includes(event.key);
  const key = digit ? event.code.slice(5) : event.key.toLowerCase();
  const done = of_sequence(key) || in_list(event, key) || of_element(key);
  if (done) {
    event.preventDefault();
  }
});

function writes(target) {
  const kinds = ["radio", "checkbox", "button", "submit", "file"];
  return target.isContentEditable || target.matches("textarea, select") ||
    (target.matches("input") && !kinds.includes(target.type));
}

function of_sequence(key) {
  const begun = first !== null && performance.now() - first.at < sequences ? `${first.key} ${key}` : null;
  first = null;
  const element = begun && shown(`[data-sequence="${CSS.escape(begun)}"]`);
  if (element) {
    element.click();
    return true;
  }
  if (document.querySelector(`[data-sequence^="${CSS.escape(key)} "]`)) {
    first = { key, at: performance.now() };
    return true;
  }
  return false;
}

function of_element(key) {
  const element = key === "/"
    ? shown('[role="search"] input[type="text"]')
    : shown(`[aria-keyshortcuts="${CSS.escape(alt ? `Alt+${key}` : key)}"]`);
  if (!element) {
    return false;
  }
  if (element.matches("summary")) {
    element.parentElement.open = true;
    const choice = element.parentElement.querySelector("input[type=radio]");
    (choice ?? element).focus();
  } else if (element.matches("a, [data-press]")) {
    element.click();
  } else {
    element.focus();
    if (element.matches("input[type=radio]")) {
      element.checked = true;
    }
  }
  element.scrollIntoView({ block: "nearest" });
  return true;
}

// In a list j and k go from row to row, o opens, x selects, and X all from the last one on.
function in_list(event, key) {
  const rows = [...document.querySelectorAll("table.stack tbody tr")].filter((row) => row.querySelector("a"));
  if (rows.length === 0) {
    return false;
  }
  const here = rows.indexOf(document.activeElement.closest("tr"));
  const go = { j: here + 1, k: here < 0 ? 0 : here - 1 }[key];
  if (go !== undefined) {
    rows[Math.min(Math.max(go, 0), rows.length - 1)].querySelector("a").focus();
    return true;
  }
  if (here >= 0 && key === "o") {
    rows[here].querySelector("a").click();
    return true;
  }
  if (here >= 0 && key === "x" && box(rows[here])) {
    const from = event.shiftKey ? rows.findLastIndex((row, at) => at < here && box(row)?.checked) : here;
    for (const ticked of rows.slice(from < 0 ? here : from, here + 1).map(box).filter(Boolean)) {
      ticked.checked = event.shiftKey || !ticked.checked;
      ticked.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return true;
  }
  return false;
}

function box(row) {
  return row.querySelector("input[type=checkbox]");
}

function shown(selector) {
  return [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
}
