// <live-status>: keeps the look inside it fresh until the try-on is over. htmx fetches
// the fragment; this decides when: every second, never in a tab that nobody sees, and
// more and more seldom while the shop cannot be reached.

const SHOWN_MS = 1000;
const LONGEST_MS = 30000;

class LiveStatus extends HTMLElement {
  connectedCallback() {
    this.failures = 0;
    this.onVisibility = () => this.schedule(0);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.addEventListener("htmx:afterRequest", (event) => this.answered(event));
    this.addEventListener("htmx:beforeSwap", () => this.keepPlace());
    this.addEventListener("htmx:afterSwap", () => this.findPlace());
    this.schedule();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisibility);
  }

  // Absent once the try-on is over: the server says so by leaving it out.
  get waiting() {
    return this.querySelector("[hx-trigger~=refresh]");
  }

  schedule(delay = this.pause) {
    clearTimeout(this.timer);
    if (this.waiting && !document.hidden) this.timer = setTimeout(() => this.refresh(), delay);
  }

  get pause() {
    return Math.min(SHOWN_MS * 2 ** this.failures, LONGEST_MS);
  }

  refresh() {
    if (this.waiting) htmx.trigger(this.waiting, "refresh");
  }

  // The better picture comes while somebody moves the slider: it stays where it is.
  keepPlace() {
    const slider = this.querySelector("[type=range]");
    this.place = slider && { value: slider.value, focus: slider === document.activeElement };
  }

  findPlace() {
    const slider = this.querySelector("[type=range]");
    if (!slider || !this.place) return;
    slider.value = this.place.value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    if (this.place.focus) slider.focus();
  }

  answered(event) {
    this.failures = event.detail.successful ? 0 : this.failures + 1;
    const announcement = this.querySelector("[role=status]");
    announcement.classList.toggle("visually-hidden", this.failures === 0);
    if (this.failures) announcement.textContent = this.dataset.lost;
    this.schedule();
  }
}

customElements.define("live-status", LiveStatus);
