// <on-me>: dresses the cards that are in sight, a few at a time, and shows each as soon
// as it is ready. What nobody looks at is not asked for: cards out of sight, a tab in the
// background, a page that was closed.

const PAUSE_MS = 700;
const LONGEST_MS = 30000;

class OnMe extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.list = this.querySelector(".on-me__cards");
    this.status = this.querySelector("[role=status]");
    this.progress = this.querySelector(".on-me__progress");
    this.seen = new Set();
    this.failures = 0;
    this.stopped = "closed" in this.dataset; // and the page says so already
    this.sight = new IntersectionObserver((entries) => this.looked(entries), {
      rootMargin: "25% 0px",
    });
    for (const card of this.list.querySelectorAll("[data-waits]")) this.sight.observe(card);
    this.onVisibility = () => this.schedule(0);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.count();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.sight.disconnect();
    document.removeEventListener("visibilitychange", this.onVisibility);
  }

  looked(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.seen.add(target.dataset.garment);
      else this.seen.delete(target.dataset.garment);
    }
    if (!this.timer) this.schedule(0);
  }

  // In the order of the page: from where the shopper looks downwards. When nothing more
  // may begin, only what is under way.
  get wanted() {
    const which = this.stopped ? "[data-state^=waiting]" : "[data-waits]";
    const waiting = [...this.list.querySelectorAll(which)];
    return waiting.map((card) => card.dataset.garment).filter((name) => this.seen.has(name));
  }

  schedule(delay = Math.min(PAUSE_MS * 2 ** this.failures, LONGEST_MS)) {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (document.hidden || !this.wanted.length) return;
    this.timer = setTimeout(() => this.ask(), delay);
  }

  async ask() {
    const question = new FormData(this.form);
    question.delete("garment");
    for (const name of this.wanted) question.append("garment", name);
    question.append("fragment", "yes");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: question });
      if (answer.redirected) return location.assign(answer.url); // the photo is gone
      if (!answer.ok) throw new Error(answer.status);
      this.show(await answer.text());
      this.failures = 0;
    } catch {
      this.failures += 1;
      this.say(this.dataset.lost);
    }
    this.schedule();
  }

  show(html) {
    const parsed = document.createElement("template");
    parsed.innerHTML = html;
    for (const fresh of parsed.content.querySelectorAll("[data-garment]")) {
      const card = document.getElementById(fresh.id);
      if (!card || card.dataset.state === fresh.dataset.state) continue;
      fresh.classList.add("on-me__card--fresh");
      card.replaceWith(fresh);
      this.sight.unobserve(card);
      if ("waits" in fresh.dataset) this.sight.observe(fresh);
    }
    const stop = parsed.content.querySelector("[data-stop]");
    this.stopped = Boolean(stop);
    const sentence = this.count();
    const isNews = this.stopped && !("closed" in this.dataset);
    if (isNews) this.say(stop.textContent);
    else this.say(this.wanted.length ? "" : sentence, { onlySpoken: true });
    this.status.classList.toggle("notice", isNews);
  }

  // The progress stands on the page already: its sentence is for screen readers alone.
  say(sentence, { onlySpoken = false } = {}) {
    this.status.textContent = sentence;
    this.status.classList.toggle("visually-hidden", onlySpoken);
  }

  // How many are worn, as a sentence that is true of the whole page; shown, and returned.
  count() {
    const all = this.list.querySelectorAll("[data-garment]").length;
    const worn = this.list.querySelectorAll("[data-state^=worn]").length;
    const goesOn = !this.stopped && this.list.querySelector("[data-waits]");
    const words = goesOn ? this.dataset.some : this.dataset.all;
    const sentence = words.replace("{worn}", worn).replace("{all}", all);
    this.progress.hidden = false;
    this.progress.querySelector("progress").value = worn / all;
    this.progress.querySelector("span").textContent = sentence;
    return sentence;
  }
}

customElements.define("on-me", OnMe);
