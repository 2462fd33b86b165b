// <copy-field>: a button that copies the text of the field beside it. Without a script,
// or where the browser forbids it, the field can be copied by hand.

class CopyField extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    const button = this.querySelector("button");
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = this.dataset.done;
    });
    field.addEventListener("focus", () => field.select());
  }
}

customElements.define("copy-field", CopyField);
