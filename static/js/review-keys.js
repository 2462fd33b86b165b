// <review-keys>: gives what has `data-key` that key, and the ready-made reasons the digits.
// Keys of one letter can be switched off, for people whose tools type letters of their own.

const STORED = "review-keys";

class ReviewKeys extends HTMLElement {
  connectedCallback() {
    this.reject = this.querySelector(".review__reject");
    this.words = this.querySelector("textarea");
    this.switch = this.querySelector(".review__switch");
    this.switch.hidden = false;
    this.switch.addEventListener("click", () => this.turn(!this.isOn));
    this.turn(localStorage.getItem(STORED) !== "off");
    this.onKey = (event) => this.pressed(event);
    document.addEventListener("keydown", this.onKey);
    this.querySelector("form")?.addEventListener("submit", (event) => this.submitted(event));
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  turn(isOn) {
    this.isOn = isOn;
    localStorage.setItem(STORED, isOn ? "on" : "off");
    this.toggleAttribute("data-keys", isOn);
    this.switch.setAttribute("aria-pressed", isOn);
    this.switch.textContent = isOn ? this.dataset.on : this.dataset.off;
  }

  pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const isTyping = event.target.matches("textarea, input:not([type=checkbox]), select");
    if (event.key === "Escape" && this.reject?.open) {
      this.reject.open = false;
      this.reject.querySelector("summary").focus();
      return;
    }
    if (!this.isOn || isTyping) return;
    if (this.act(event.key.toLowerCase())) event.preventDefault();
  }

  act(key) {
    if (key === "r" && this.reject) return this.openReasons();
    if (key === "w" && this.reject) return this.openReasons(this.words);
    const reasons = this.querySelectorAll(".review__reasons input");
    if (this.reject?.open && reasons[key - 1]) {
      reasons[key - 1].click();
      reasons[key - 1].focus();
      return true;
    }
    if (key === "x" && !this.reject?.open) return false;
    const target = this.querySelector(`[data-key="${CSS.escape(key)}"]`);
    target?.click();
    return Boolean(target);
  }

  openReasons(focused = this.querySelector(".review__reasons input")) {
    this.reject.open = true;
    focused.focus();
    this.reject.scrollIntoView({ block: "end" });
    return true;
  }

  // A second press while the first is on its way would decide on nothing new.
  submitted(event) {
    if (this.isSent) event.preventDefault();
    this.isSent = true;
  }
}

customElements.define("review-keys", ReviewKeys);
