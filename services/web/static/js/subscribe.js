// Notifications of this browser: asked for by a button, by the wishes in the form, and stopped by a button.
const box = document.getElementById("push");
const form = document.getElementById("wishes");
const on = document.getElementById("push-on");
const off = document.getElementById("push-off");

function say(state, words = "") {
  for (const line of box.querySelectorAll("[data-state]")) {
    line.hidden = line.dataset.state !== state;
    if (!line.hidden && words) line.textContent = words;
  }
}

function shown(subscribed, state = subscribed ? "is_on" : "is_off", words = "") {
  say(state, words);
  on.hidden = subscribed;
  off.hidden = !subscribed;
}

function wish() {
  const fields = new FormData(form);
  return {
    districts: fields.getAll("district"),
    topics: fields.getAll("topic"),
    least: Number(fields.get("least")),
    language: fields.get("language"),
  };
}

// The hub said no, and why.
class Refused extends Error {}

const whyOf = (error) => (error instanceof Refused ? error.message : "");

async function tell(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok) return;
  const refused = await answer.json().catch(() => ({}));
  throw new Refused(refused.message ?? "");
}

function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function begin() {
  on.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return shown(false, "denied");
    const worker = await navigator.serviceWorker.ready;
    const key = bytes(box.dataset.key);
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await tell("/subscribe/push", { subscription: subscription.toJSON(), wish: wish() });
    shown(true);
  } catch (error) {
    shown(false, "failed", whyOf(error));
  } finally {
    on.disabled = false;
  }
}

async function end() {
  try {
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.getSubscription();
    if (subscription) {
      await tell("/subscribe/push/leave", { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    shown(false);
  } catch (error) {
    shown(true, "failed", whyOf(error));
  }
}

async function keep() {
  // What is changed in the form while notifications are on holds from the next one on.
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.getSubscription();
  if (!subscription) return;
  try {
    await tell("/subscribe/push", { subscription: subscription.toJSON(), wish: wish() });
    shown(true);
  } catch (error) {
    shown(true, "failed", whyOf(error));
  }
}

box.hidden = false;
if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
  say("unsupported");
} else {
  const worker = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  shown(Boolean(await worker.pushManager.getSubscription()));
  on.addEventListener("click", begin);
  off.addEventListener("click", end);
  form.addEventListener("change", (change) => {
    if (change.target.id !== "address" && !off.hidden) keep();
  });
}
