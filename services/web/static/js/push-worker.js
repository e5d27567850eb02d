// Shows what was pushed, and opens its page when touched. What cannot be read is shown all the same, in few words:
// a browser that is told something and shows nothing loses the right to be told.
const FALLBACK = { title: "防災情報 / Emergency information", body: "詳しくは開いてください。 / Open for details.", url: "/" };

function told(event) {
  try {
    return { ...FALLBACK, ...event.data.json() };
  } catch {
    return FALLBACK;
  }
}

self.addEventListener("push", (event) => {
  const news = told(event);
  const options = {
    body: news.body,
    lang: news.lang,
    tag: news.tag, // a newer word of the same alert takes the place of the older one
    renotify: Boolean(news.tag) && !news.quiet,
    silent: Boolean(news.quiet),
    requireInteraction: news.level >= 4,
    timestamp: Date.parse(news.at) || Date.now(),
    data: { url: news.url },
  };
  event.waitUntil(self.registration.showNotification(news.title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Only this site is opened, whatever a message says.
  const target = new URL(event.notification.data.url, self.location.origin);
  const url = target.origin === self.location.origin ? target.href : self.location.origin;
  event.waitUntil(self.clients.openWindow(url));
});
