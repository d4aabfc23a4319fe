// Says some minutes before its session ends that it will, and asks for more of it where its reader wants (WCAG 2.2.1). How long it lasts the page
// says, and each answer to what is asked for; the other pages of this browser hear of it. The server alone ends a session.

const warning = 5 * 60; // seconds; as the sentences say
const pace = 5; // seconds between two looks
const region = document.querySelector("[data-left]");
const form = region.querySelector("form");
const failed = form.querySelector(".failed");
const channel = new BroadcastChannel("session");
let ends;
let before = null; // where its reader was

function lasts(left, atMost) {
  ends = { idle: Date.now() + left * 1000, last: Date.now() + atMost * 1000 };
  look();
}

function look() {
  const left = (Math.min(ends.idle, ends.last) - Date.now()) / 1000;
  const state = left > warning ? "well" : left <= 0 ? "over" : ends.last <= ends.idle ? "last" : "soon";
  for (const part of region.children) {
    if (part.hidden !== (part.dataset.state !== state)) {
      part.hidden = !part.hidden;
    }
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  failed.hidden = true; // said again, it is read again
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  const [left, atMost] = ["session-left", "session-left-at-most"].map((name) => answer?.headers.get(name));
  if (left) {
    lasts(Number(left), Number(atMost));
    channel.postMessage([Number(left), Number(atMost)]);
    before?.focus();
  } else if (answer?.type === "opaqueredirect") {
    lasts(0, 0);
  } else {
    failed.hidden = false; // refused, out of order, or not there: he may try again
  }
});

addEventListener("focusin", (event) => {
  if (!region.contains(event.target)) {
    before = event.target;
  }
});
channel.addEventListener("message", (event) => lasts(...event.data));
setInterval(look, pace * 1000);
const { left, atMost } = region.dataset;
lasts(Number(left), Number(atMost));
channel.postMessage([Number(left), Number(atMost)]);
